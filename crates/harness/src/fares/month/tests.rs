use std::sync::LazyLock;

use insta::assert_snapshot;
use tunion_data::civil::date;
use tunion_files::city;

use super::*;

static BEIJING: LazyLock<City> = LazyLock::new(|| city::built_in("beijing").unwrap());

fn november() -> Plan {
    Plan::new(date(2026, 11, 1))
}

fn fares(plan: &Plan) -> Month {
    play(&BEIJING, plan).unwrap()
}

fn refused(plan: &Plan) -> String {
    play(&BEIJING, plan).unwrap_err().to_string()
}

fn named(rides: &[&str]) -> Rides {
    Rides::Named(rides.iter().map(|&ride| ride.to_owned()).collect())
}

#[test]
fn the_price_bureau_s_month() {
    let month = fares(&november());
    assert_snapshot!(month.to_string(), @"60 rides in 2026-11: 371.00 paid of 600.00 yuan, 229.00 saved (38 %)");
    let tiers: Vec<_> = month.tiers.iter().map(|tier| (tier.at, tier.percent)).collect();
    let paid = |yuan| Some(Threshold::Paid(Fen::from_yuan(yuan)));
    assert_eq!(tiers, [(paid(100), 80), (paid(150), 50), (paid(400), 100)]);
}

#[test]
fn each_ride_is_a_line() {
    let month = fares(&Plan { times: spread(1), ..november() });
    let lines: Vec<_> = month.csv().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 31);
    assert_snapshot!([&lines[..2], &lines[10..12], &lines[17..19]].concat().join("\n"), @r"
    ride,entered,list_fen,charged_fen,counts,percent,list_sum_fen,charged_sum_fen
    1,2026-11-01T08:00:00,1000,1000,yes,100,1000,1000
    10,2026-11-10T08:00:00,1000,1000,yes,100,10000,10000
    11,2026-11-11T08:00:00,1000,800,yes,80,11000,10800
    17,2026-11-17T08:00:00,1000,800,yes,80,17000,15600
    18,2026-11-18T08:00:00,1000,500,yes,50,18000,16100
    ");
}

#[test]
fn a_commuter_before_seven_on_working_days() {
    let times = vec![Time::constant(6, 50, 0, 0), Time::constant(18, 0, 0, 0)];
    let rides = named(&["土桥 国贸", "国贸 土桥"]);
    let month = fares(&Plan { rides, times, days: Days::Working, ..november() });
    assert_snapshot!(month.to_string(), @"42 rides in 2026-11: 146.00 paid of 210.00 yuan, 64.00 saved (30 %)");
}

#[test]
fn what_does_not_count_is_told_apart() {
    let month = fares(&Plan { rides: named(&["西单 3号航站楼"]), times: spread(1), ..november() });
    assert_eq!(
        (month.rides.len(), month.uncounted()),
        (60, (30, (Fen::from_yuan(750), Fen::from_yuan(750))))
    );
    assert_eq!(month.counted().count(), 30);
    assert!(month.svg().contains("30 of them do not count"));
}

#[test]
fn buses_and_students() {
    let plan = Plan {
        mode: Mode::Bus,
        rides: named(&["331 五道口 香泉环岛"]),
        product: Product::Student,
        ..november()
    };
    let month = fares(&plan);
    assert_snapshot!(month.to_string(), @"60 rides in 2026-11: 45.00 paid of 180.00 yuan, 135.00 saved (75 %)");
    assert_eq!((month.tiers.len(), month.uncounted().0), (0, 0));
}

/// A counter of rides reaches a tier at a ride, one that cuts rides at an amount.
#[test]
fn tiers_of_other_counters() {
    let shapes = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../files/tests/shapes");
    let guangzhou = city::load(shapes.join("guangzhou.toml")).unwrap();
    let tiers = |first, list: &str| {
        let month = play(&guangzhou, &Plan { rides: Rides::List(list.parse().unwrap()), ..Plan::new(first) })
            .unwrap();
        (month.to_string(), month.tiers.iter().map(|tier| (tier.at, tier.percent)).collect::<Vec<_>>())
    };
    let (old, old_tiers) = tiers(date(2023, 8, 1), "4.00");
    assert_snapshot!(old, @"62 rides in 2023-08: 169.80 paid of 248.00 yuan, 78.20 saved (31 %)");
    let (start, sixty) = (Threshold::Paid(Fen::ZERO), Threshold::Listed(Fen::from_yuan(60)));
    assert_eq!(old_tiers, [(Some(start), 95), (Some(sixty), 60)]);
    let (new, new_tiers) = tiers(date(2026, 11, 1), "5.00");
    assert_snapshot!(new, @"60 rides in 2026-11: 235.00 paid of 300.00 yuan, 65.00 saved (21 %)");
    let paid = |yuan| Some(Threshold::Paid(Fen::from_yuan(yuan)));
    assert_eq!(new_tiers, [(paid(80), 80), (paid(200), 50)]);
}

#[test]
fn a_month_without_rides_is_drawn() {
    let month = fares(&Plan { times: Vec::new(), ..november() });
    assert_snapshot!(month.to_string(), @"0 rides in 2026-11: 0.00 paid of 0.00 yuan, 0.00 saved (0 %)");
    assert!(month.svg().ends_with("</svg>\n"));
}

#[test]
fn times_of_a_day() {
    let times = |rides| spread(rides).iter().map(Time::to_string).collect::<Vec<_>>();
    assert_eq!(times(0), [""; 0]);
    assert_eq!(times(1), ["08:00:00"]);
    assert_eq!(times(2), ["08:00:00", "18:00:00"]);
    assert_eq!(times(4), ["08:00:00", "11:20:00", "14:40:00", "18:00:00"]);
}

#[test]
fn what_is_wrong_is_said_with_its_argument() {
    let month = |year, month| Plan { month: date(year, month, 1), ..november() };
    let rides = |rides: &[&str]| Plan { rides: named(rides), ..november() };
    let bus = |ride| Plan { mode: Mode::Bus, ..rides(&[ride]) };
    let faults = [
        refused(&Plan { rides: Rides::List("10.50".parse().unwrap()), ..november() }),
        refused(&month(2007, 9)),
        refused(&Plan { days: Days::Working, ..month(2025, 1) }),
        refused(&rides(&["西二旗 五道囗"])),
        refused(&rides(&["西二旗"])),
        refused(&Plan { counter: Some("monht".into()), ..november() }),
        refused(&bus("331 五道口")),
        refused(&bus("332 五道口 清华园")),
        refused(&bus("331 五道口 香泉")),
    ];
    assert_snapshot!(faults.join("\n\n"));
}
