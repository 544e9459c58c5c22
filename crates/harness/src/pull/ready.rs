//! A flow's tap, ready to be made: for those who want to know how long it takes.

use super::flow::Flow;
use super::stage::Stage;
use crate::device::Device;
use crate::random::Stream;
use std::collections::BTreeMap;
use tunion_card::{Card, Chip};
use tunion_data::Pan;
use tunion_data::civil::DateTime;
use tunion_files::keys::KeySet;
use tunion_files::terminal::TerminalFile;
use tunion_issuer::account::Account;
use tunion_issuer::load::LoadHost;
use tunion_terminal::{Charge, Request};

/// Card, terminal and host before a tap. All of it is values, forked for each tap.
#[derive(Clone)]
pub(crate) struct Ready<'s> {
    pub(crate) card: Card<Stream>,
    pub(crate) device: Device<'s>,
    pub(crate) host: LoadHost<BTreeMap<Pan, Account>>,
    pub(crate) request: Request,
    /// What a controller names.
    pub(crate) charge: Charge,
    pub(crate) at: DateTime,
}

/// Hands the tap of this flow at this profile to `then`, everything before it done; `None` when the profile does not
/// serve it.
///
/// # Errors
/// A card that breaks a rule of cards.
pub(crate) fn ready<T>(
    file: &TerminalFile,
    flow: &'static Flow,
    keys: &KeySet,
    then: impl FnOnce(Ready<'_>) -> T,
) -> Result<Option<T>, String> {
    let stage = Stage::new(file, flow, keys);
    if !stage.serves() {
        return Ok(None);
    }
    let mut scene = stage.morning().map_err(|broken| broken.to_string())?;
    let Some(tap) = scene.test() else { return Ok(None) };
    let (Some(card), Some(standing)) = (scene.cards.get(tap.card), scene.terminals.get(tap.terminal)) else {
        return Ok(None);
    };
    let mut card = card.clone();
    card.power_off();
    // Only memory that was changed by other means does not come back.
    let _ = card.power_on();
    let mut device = standing.device.clone();
    device.terminal.set_place(tap.spot.place);
    let ready = Ready {
        card,
        device,
        host: scene.host.clone(),
        request: tap.spot.request,
        charge: tap.spot.charge,
        at: tap.at,
    };
    Ok(Some(then(ready)))
}
