//! Rides asked for in words: whatever is asked, the reasons lead to the price.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};
use tunion_data::civil::date;
use tunion_fare::Places;
use tunion_files::city::{self, Mode};
use tunion_harness::fares::quote::batch::{Total, batch};
use tunion_harness::fares::quote::{Ask, Form, find, price, prose, text};

/// The answers to rides.
fn answered(rides: &[Value]) -> (Vec<Value>, Total) {
    let asked = rides.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let mut answers = Vec::new();
    let now = date(2026, 11, 23).at(12, 0, 0, 0);
    let total = batch(asked.as_bytes(), &mut answers, &Ask::default(), now).unwrap();
    let answers = String::from_utf8(answers).unwrap();
    (answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), total)
}

/// Within a leg each reason begins where the one before ended; the last of all ends at what is charged.
fn is_chain(answer: &Value) -> bool {
    let reasons = answer["reasons"].as_array().unwrap();
    let same_leg =
        |pair: &&[Value]| pair[0]["leg"] == pair[1]["leg"] && pair[1]["words"] != "each part is charged";
    reasons.windows(2).filter(same_leg).all(|pair| pair[0]["after_fen"] == pair[1]["before_fen"])
        && reasons.last().unwrap()["after_fen"] == answer["charged_fen"]
}

#[test]
fn the_reasons_of_every_rail_ride_end_at_its_price() {
    let special =
        ["香山", "巴沟", "三元桥", "东直门", "3号航站楼", "草桥", "大兴机场", "土桥", "昌平西山口", "燕山"];
    let mut rides = Vec::new();
    for from in special {
        for to in special {
            for product in ["ordinary", "child", "cash", "senior"] {
                for (entered, exited) in [("06:50", "07:40"), ("08:00", "12:30")] {
                    for paid in [0, 9_999, 10_000, 15_000, 40_000] {
                        rides.push(json!({
                            "from": from, "to": to, "product": product, "month_paid_fen": paid,
                            "entered": format!("2026-11-23T{entered}"), "exited": format!("2026-11-23T{exited}"),
                        }));
                    }
                }
            }
        }
    }
    let (answers, total) = answered(&rides);
    assert_eq!(total, Total { priced: 4_000, refused: 0 });
    for (answer, ride) in answers.iter().zip(&rides) {
        assert!(is_chain(answer), "{ride}: {answer}");
    }
}

#[test]
fn the_reasons_of_every_bus_ride_end_at_its_price() {
    let city = city::built_in("beijing").unwrap();
    let Places::Bus(lines) = city.tariffs(Mode::Bus)[0].places() else { panic!("no bus lines") };
    let mut rides = Vec::new();
    for (_, line) in lines.lines() {
        for product in ["ordinary", "student", "senior", "cash", "bank-card"] {
            for stop in 1..=line.stops.len() {
                let ride = json!({
                    "mode": "bus", "line": &*line.name, "direction": line.direction, "product": product,
                    "from": format!("#{stop}"), "entered": "2026-11-23T12:00",
                });
                let with = |key: &str, value: Value| {
                    let mut ride = ride.clone();
                    ride[key] = value;
                    ride
                };
                rides.extend([with("to", "#1".into()), with("no_tap_off", true.into())]);
            }
        }
    }
    let (answers, total) = answered(&rides);
    assert_eq!(total.refused, 0);
    for (answer, ride) in answers.iter().zip(&rides) {
        assert!(is_chain(answer), "{ride}: {answer}");
    }
}

/// A card's total is that of the month of the ride, over several groups too, when the stay ends in another month.
#[test]
fn what_was_paid_is_of_the_month_of_the_ride() {
    let ride =
        |to: &str| json!({"from": "香山", "to": to, "month_paid_fen": 20_000, "entered": "2026-11-30T23:50"});
    let (answers, _) = answered(&[ride("三元桥"), ride("3号航站楼")]);
    assert_eq!([&answers[0]["charged_fen"], &answers[1]["charged_fen"]], [650, 3150]);
}

/// The line of a bus goes both ways, and the numbers on its boards differ: the way from one stop to the other counts.
#[test]
fn a_bus_goes_from_the_first_stop_to_the_second() {
    let city = city::built_in("beijing").unwrap();
    let list = |from: &str, to: &str, direction| {
        let ask = Ask {
            form: Form::Arguments,
            mode: Some("bus".into()),
            line: Some("331".into()),
            from: Some(from.into()),
            to: Some(to.into()),
            direction,
            ..Ask::default()
        };
        let question = find(&ask, &city, date(2026, 11, 23).at(12, 0, 0, 0)).unwrap();
        let answer = price(&question).unwrap();
        assert!(text(&answer).contains(&answer.charged.to_string()));
        assert!(prose(&answer).ends_with(&format!("{} yuan.\n", answer.charged)));
        answer.list.get()
    };
    assert_eq!(list("新街口豁口", "香泉环岛", None), 500);
    assert_eq!(list("香泉环岛", "新街口豁口", None), 400);
    assert_eq!(list("香泉环岛", "新街口豁口", Some(0)), 500);
    // 牡丹园 is a stop of one direction only.
    assert_eq!(list("牡丹园", "新街口豁口", None), 200);
}
