//! What must always hold (`docs/spec/terminal.md` 4.3), each rule a function of the evidence.
//!
//! Where 4.3 leaves room, what a rule asks is our reading, and says so.

use super::evidence::{Day, Done, End, Seen, Tapped, is_load};
use super::rule::{Check, Due, Evidence, Found, Invariant, is_due, listed, rule};
use super::{asides, marks};
use crate::audit;
use std::collections::BTreeSet;
use tunion_apdu::Name;
use tunion_card::Image;
use tunion_data::Fen;
use tunion_data::command::InitRequest;
use tunion_data::file::TripRecord;
use tunion_data::upload::{RecordKind, Surcharge, UploadRecord};
use tunion_terminal::Gate;
use tunion_terminal::profile::Mac2Policy;

/// Every rule with its function.
pub(super) const RULES: [(Invariant, Check); 9] = [
    rule(0, "ready", "the terminal never hangs: it is ready for the next card", ready),
    rule(1, "agreed", "no 8054 takes another amount than the one that was decided before INIT", agreed),
    rule(2, "once", "a tap is charged again only when its debit is proved not to be done", once),
    rule(
        3,
        "one-record",
        "one clearing record for each (terminal, sequence) and (card, sequence)",
        one_record,
    ),
    rule(4, "gate", "a gate opens for an 8054 that succeeded or a proof, with the mark on the card", gate),
    rule(5, "original", "a recovered transaction emits the record that was first made", original),
    rule(6, "together", "purse, 18, 1A and 1E change together or not at all", together),
    rule(7, "recorded", "money that left the card always yields a record that can be uploaded", recorded),
    rule(
        8,
        "no-free-ride",
        "nobody rides free: one opening for each debit, none after a failed MAC2",
        no_free_ride,
    ),
];

impl Invariant {
    /// Every rule.
    #[must_use]
    pub fn all() -> [Self; 9] {
        RULES.map(|(invariant, _)| invariant)
    }
}

/// Every tap ended, and the terminal was ready or had lost its power. That it serves the next card is seen in
/// the cases where another comes.
fn ready(evidence: &Evidence<'_>) -> Found {
    let stuck =
        evidence.day.taps.iter().position(|tap| !matches!(tap.end, End::Ready | End::PowerLost { .. }));
    match stuck {
        Some(tap) => Err(format!("tap {}: the terminal still waits", tap + 1)),
        None if evidence.day.left > 0 => {
            Err(format!("{} records are kept still when the day is over", evidence.day.left))
        }
        None => Ok(()),
    }
}

/// Rule 1: The amount stands in INIT, and again in what the PSAM signed, in 1E, in the record that was kept and in
/// the card's log. An open gate says what was taken in this tap or was found taken.
fn agreed(evidence: &Evidence<'_>) -> Found {
    for (number, tap) in evidence.day.taps.iter().enumerate() {
        let mut asked = Vec::new();
        for exchange in tap.exchanges() {
            if matches!(
                exchange.name(),
                Some(Name::InitForPurchase | Name::InitForCappPurchase | Name::InitForLoad)
            ) {
                let data = exchange.command.get(5..5 + InitRequest::LEN).unwrap_or_default();
                asked.extend(InitRequest::try_from(data).map(|init| init.amount));
            }
        }
        for done in tap.done(number) {
            if !asked.contains(&done.log.amount) {
                return Err(format!(
                    "tap {}: {} was taken, and INIT asked for {asked:?}",
                    number + 1,
                    done.log.amount
                ));
            }
        }
        for kept in tap.kept().filter(|kept| asides::has_tac(kept)) {
            if !asked.contains(&kept.amount) {
                return Err(format!(
                    "tap {}: the record has {}, and INIT asked for {asked:?}",
                    number + 1,
                    kept.amount
                ));
            }
        }
        if let Some((decision, _)) = tap.decision()
            && decision.gate == Gate::Open
            && !tap.is_cut_deciding()
        {
            let taken: Fen = tap.done(number).map(|done| asides::paid(tap, &done)).sum();
            let found: Fen = recovered(tap).map(asides::paid_by).sum();
            if decision.charged != taken + found {
                return Err(format!(
                    "tap {}: the passenger is told {}, and {taken} was taken and {found} found taken",
                    number + 1,
                    decision.charged
                ));
            }
        }
    }
    Ok(())
}

/// The records that a tap found done.
fn recovered(tap: &Tapped) -> impl Iterator<Item = &UploadRecord> {
    tap.uploaded().filter(|record| record.has(UploadRecord::RECOVERED) && asides::has_tac(record))
}

/// Rule 2: As long as a passenger who was not let through taps again at the same terminal, soon and with a card
/// that was used nowhere else, it is one tap: it takes no more than it is due. It ends when its record was
/// given up to clearing, be it to make room for another card's, or when its MAC2 was refused. And a card that may not
/// ride twice within some minutes (`docs/spec/terminal.md` 3.6) does not.
fn once(evidence: &Evidence<'_>) -> Found {
    let day = evidence.day;
    asides::no_repeat(day)?;
    let terminals: BTreeSet<(usize, usize)> = day.taps.iter().map(|tap| (tap.terminal, tap.card)).collect();
    for (terminal, card) in terminals {
        let mut tried: Vec<(Due, Done)> = Vec::new();
        for (number, tap) in day.taps.iter().enumerate().filter(|(_, tap)| tap.card == card) {
            let mut done = tap.done(number);
            if tap.terminal != terminal {
                if done.next().is_some() {
                    tried.clear();
                }
                continue;
            }
            let late = tried.last().is_some_and(|(_, last)| {
                let since = last.at().map(|then| tap.at.duration_since(then).as_secs());
                since.is_none_or(|since| since > i64::from(day.terminals.retap_seconds))
            });
            let given_up = day.uploads.iter().any(|upload| {
                upload.terminal == terminal
                    && upload.taps <= number + 1
                    && tried.iter().any(|(_, done)| done.is_of(&upload.record))
                    && (gives_up(&upload.record) || day.makes_room(upload))
            });
            if late || given_up {
                tried.clear();
            }
            tried.extend(done.map(|done| {
                (Due { trip_type: marks::trip_type(&tap.after, &done), amount: done.log.amount }, done)
            }));
            let taken: Vec<Due> = tried.iter().map(|(due, _)| *due).collect();
            if !is_due(&taken, evidence.due) {
                return Err(format!("tap {}: one tap has taken {}", number + 1, listed(&taken)));
            }
            if tap.opened() {
                tried.clear();
            }
        }
    }
    Ok(())
}

/// Whether clearing has the matter in hand now.
fn gives_up(record: &UploadRecord) -> bool {
    record.has(UploadRecord::MAC2_FAILED)
        || record.has(UploadRecord::GREY) && !record.has(UploadRecord::RECOVERED)
}

/// Rule 3: What a card did stands in one record, a lock and an extension too. A record that is sure is of something
/// that a card did. Whether a grey one's was done the clearing house judges, by the card's next record: it counts if
/// it was.
fn one_record(evidence: &Evidence<'_>) -> Found {
    let day = evidence.day;
    let done: Vec<Done> = day.done().collect();
    for one in &done {
        let count = day.records().filter(|record| one.is_of(record)).count();
        if count != 1 {
            let log = one.log;
            return Err(format!(
                "{count} records of the {} with sequence {} in tap {}",
                log.amount,
                log.seq,
                one.tap + 1
            ));
        }
    }
    asides::one_record(day)?;
    let (mut terminals, mut cards) = (BTreeSet::new(), BTreeSet::new());
    for record in day.records().filter(|record| asides::has_tac(record)) {
        let of = done.iter().any(|one| one.is_of(record));
        let sure = !record.has(UploadRecord::GREY) || record.has(UploadRecord::RECOVERED);
        if sure && !of {
            return Err(format!("a record with sequence {} of what no card did", record.card_seq));
        }
        if of && !is_load(record.transaction) && !terminals.insert((record.terminal, record.terminal_seq)) {
            return Err(format!("terminal sequence {} of {} twice", record.terminal_seq, record.terminal));
        }
        if of && !cards.insert((record.pan, is_load(record.transaction), record.card_seq)) {
            return Err(format!("card sequence {} twice", record.card_seq));
        }
    }
    Ok(())
}

/// Rule 4: Before the gate opens the card answered 8054 with 9000, or proved an earlier one, or has it in its log
/// (our reading: a proof that a later transaction took away). What is on the card then is this terminal's
/// mark.
fn gate(evidence: &Evidence<'_>) -> Found {
    for (number, tap) in evidence.day.taps.iter().enumerate() {
        let Some((decision, image)) = tap.decision() else { continue };
        if decision.gate != Gate::Open || !tap.has_gate() {
            continue;
        }
        let until = tap.seen.iter().take_while(|seen| !matches!(seen, Seen::Decided(..)));
        let proved =
            until.filter_map(|seen| if let Seen::Exchange(exchange) = seen { Some(exchange) } else { None });
        let proved =
            proved.filter(|exchange| exchange.sw().is_some_and(tunion_apdu::Sw::is_ok)).any(|exchange| {
                matches!(
                    exchange.name(),
                    Some(Name::DebitForPurchase | Name::CreditForLoad | Name::GetTransactionProve)
                ) || exchange.name() == Some(Name::ReadRecord) && marks::shows(exchange, tap.number)
            });
        if !proved {
            return Err(format!("tap {}: the gate opens without a debit and without a proof", number + 1));
        }
        if !marks::is_marked(image, tap) {
            return Err(format!("tap {}: the gate opens, and the card does not have the mark", number + 1));
        }
    }
    Ok(())
}

/// Rule 5: Of every record that was kept, nothing changes until it is uploaded but its TAC and its flags.
fn original(evidence: &Evidence<'_>) -> Found {
    let day = evidence.day;
    for upload in &day.uploads {
        let record = &upload.record;
        let plain = |record: &UploadRecord| UploadRecord { flags: 0, tac: [0; 4], ..*record };
        let kept = day.taps.iter().filter(|tap| tap.terminal == upload.terminal).flat_map(|tap| tap.kept());
        let first = kept.filter(|kept| kept.local_seq == record.local_seq).map(plain).next();
        if first.is_none() && record.has(UploadRecord::RECOVERED) {
            return Err(format!("a recovered record with sequence {} that was never kept", record.card_seq));
        }
        if first.is_some_and(|first| first != plain(record)) {
            return Err(format!("the record with sequence {} is not the one that was kept", record.card_seq));
        }
    }
    Ok(())
}

/// Rule 6: Whatever became of a tap, the card shows all of it or nothing: the purse moved by what the log has, 1E
/// has a record for each composite purchase, of the same amount, time and terminal, and 1A is the last one's.
fn together(evidence: &Evidence<'_>) -> Found {
    let kept: Vec<&UploadRecord> = evidence.day.taps.iter().flat_map(|tap| tap.kept()).collect();
    for (number, tap) in evidence.day.taps.iter().enumerate() {
        let done: Vec<Done> = tap.done(number).collect();
        marks::agree(&tap.before, &tap.after, &done)
            .and_then(|()| done.iter().try_for_each(|done| same_type(&tap.after, done, &kept)))
            .map_err(|found| format!("tap {}: {found}", number + 1))?;
    }
    Ok(())
}

/// The type in 1E is the one in the record.
fn same_type(after: &Image, done: &Done, kept: &[&UploadRecord]) -> Found {
    let Some(trip) = marks::trip_of(after, done) else { return Ok(()) };
    let TripRecord { trip_type, .. } = trip;
    match kept.iter().find(|record| done.is_of(record)) {
        Some(record) if record.trip_type != trip_type => {
            Err(format!("1E has type {trip_type:02X}, and the record {:02X}", record.trip_type))
        }
        _ => Ok(()),
    }
}

/// Rule 7: Each debit that took money has a record, and every record is one that clearing takes: its TAC, where it
/// says one, is the card's, and a surcharge says its kind (`docs/spec/terminal.md` 6.1, 6.2).
fn recorded(evidence: &Evidence<'_>) -> Found {
    for done in evidence.day.done() {
        let Some(record) = evidence.day.records().find(|record| done.is_of(record)) else {
            if done.log.amount.is_zero() {
                continue;
            }
            let how = if done.is_load() { "was loaded" } else { "left the card" };
            return Err(format!("{} {how} in tap {}, and no record has it", done.log.amount, done.tap + 1));
        };
        let known = record.tac != [0xFF; 4];
        if !known && !record.has(UploadRecord::GREY) {
            return Err(format!("the record with sequence {} has no TAC and is not grey", record.card_seq));
        }
        if known && !audit::tac_holds(record, evidence.roots) {
            return Err(format!("the TAC of the record with sequence {} is not the card's", record.card_seq));
        }
        // What is kept back of a refund is a fee without a kind (our reading of docs/spec/terminal.md 1.8).
        let kind = Surcharge::from_byte(record.surcharge_kind).unwrap_or_default();
        if kind == Surcharge::None && !record.surcharge.is_zero() && record.kind != RecordKind::Refund as u8 {
            return Err(format!(
                "a surcharge of {} with kind {:02X} in the record with sequence {}",
                record.surcharge, record.surcharge_kind, record.card_seq
            ));
        }
    }
    Ok(())
}

/// Rule 8: Each opening has a debit of its own, of what is due. A card whose MAC2 was refused is not let through where
/// MAC2 is judged first, and not at its next tap there, if the profile bars it and the terminal was not off in between.
/// A load whose MAC1 is not the card's is not credited. A card that was to be locked is locked.
///
/// One case is left out. A gate opens and its memory is written one after the other, so a terminal that loses
/// its power just there has to forget the opening or the debit. It forgets the opening: rule 2 forbids the
/// other (our reading).
fn no_free_ride(evidence: &Evidence<'_>) -> Found {
    let day = evidence.day;
    let mut used: Vec<Done> = Vec::new();
    for (number, tap) in day.taps.iter().enumerate() {
        asides::locked(number, tap)?;
        let forged = tap.seen.iter().any(|seen| matches!(seen, Seen::Forged));
        if forged && tap.done(number).any(|done| done.is_load()) {
            return Err(format!("tap {}: a load whose MAC1 is wrong was credited", number + 1));
        }
        if !tap.opened() || !tap.has_gate() {
            continue;
        }
        let found = recovered(tap).find_map(|record| day.done().find(|done| done.is_of(record)));
        let paid = tap.done(number).last().or(found);
        if paid.is_some_and(|paid| used.contains(&paid)) {
            let opened = paid.map_or(0, |paid| paid.tap + 1);
            return Err(format!("tap {}: the debit of tap {opened} opens twice", number + 1));
        }
        barred(day, number, tap)?;
        if tap.is_cut_deciding() {
            continue;
        }
        let Some(paid) = paid else {
            return Err(format!("tap {}: the gate opens, and nothing is debited", number + 1));
        };
        used.push(paid);
        // What is due is due for the first thing that the card does.
        let morning = day.taps.iter().find(|first| first.card == tap.card).map(|first| &first.before.purse);
        let first = morning.is_some_and(|purse| {
            let seq = if paid.is_load() { purse.online_seq } else { purse.offline_seq };
            seq.checked_add(1) == Some(paid.log.seq)
        });
        if let [due] = evidence.due
            && first
            && marks::trip_type(&tap.after, &paid) == due.trip_type
            && paid.log.amount != due.amount
        {
            return Err(format!(
                "tap {}: {} is due, and {} was taken",
                number + 1,
                due.amount,
                paid.log.amount
            ));
        }
    }
    Ok(())
}

/// Whether this tap, which was let through, should not have been.
fn barred(day: &Day, number: usize, tap: &Tapped) -> Found {
    let refused = |tap: &Tapped| tap.uploaded().any(|record| record.has(UploadRecord::MAC2_FAILED));
    if refused(tap) && day.terminals.mac2 == Mac2Policy::BeforeDecision {
        return Err(format!("tap {}: MAC2 is refused, and the gate opens", number + 1));
    }
    let here = |last: &Tapped| (last.terminal, last.card) == (tap.terminal, tap.card);
    let Some(last) = (0..number).rev().find(|last| day.taps.get(*last).is_some_and(|last| here(last))) else {
        return Ok(());
    };
    let off =
        |(terminal, taps): &(usize, usize)| *terminal == tap.terminal && (last + 1..=number).contains(taps);
    match day.taps.get(last) {
        Some(tap)
            if day.terminals.bars
                && refused(tap)
                && tap.end == End::Ready
                && !day.restarts.iter().any(off) =>
        {
            Err(format!("tap {}: MAC2 was refused at the last tap, and the gate opens", number + 1))
        }
        _ => Ok(()),
    }
}
