//! Commands at random: the model answers all of them, and what is torn begins before and ends after.

use tunion_card_model::{Algorithms, Le, Link, Memory, Model, Settings};

use crate::bench::{bytes, keys};

/// Xorshift; the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).expect("a byte")
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn settings(&mut self) -> Settings {
        Settings {
            link: self.of(&[Link::Contactless, Link::Contact]),
            le: self.of(&[Le::Strict, Le::Correcting, Le::Lenient]),
            algorithms: self.of(&[Algorithms::Des, Algorithms::Des, Algorithms::Sm4, Algorithms::Both]),
            pin: self.of(&[None, Some(b"1234")]).map(|pin| pin.to_vec()),
            message_tries: self.of(&[0, 0, 1, 15]),
            transaction_tries: self.of(&[0, 0, 1, 15]),
            prove_depth: self.of(&[0, 1, 10]),
            ..Settings::default()
        }
    }

    fn command(&mut self) -> Vec<u8> {
        let (class, ins) = self.of(&[
            (0x00, 0xA4),
            (0x00, 0xC0),
            (0x00, 0xB0),
            (0x00, 0xB2),
            (0x00, 0xD6),
            (0x04, 0xD6),
            (0x00, 0xDC),
            (0x04, 0xDC),
            (0x04, 0xE2),
            (0x00, 0x84),
            (0x00, 0x82),
            (0x00, 0x88),
            (0x00, 0x20),
            (0x80, 0x5E),
            (0x84, 0x24),
            (0x84, 0x1E),
            (0x84, 0x18),
            (0x84, 0x16),
            (0x80, 0xCD),
            (0x80, 0x50),
            (0x80, 0xDC),
            (0x80, 0x52),
            (0x80, 0x54),
            (0x80, 0x58),
            (0x80, 0x5C),
            (0x80, 0x5A),
            (0x00, 0xB5),
            (0xFF, 0x00),
        ]);
        let p1 = self.of(&[0, 0, 1, 1, 2, 3, 4, 5, 0x95, 0x96, 0x97, 0x98]);
        let p2 = self.of(&[0, 0, 1, 2, 3, 0xC4, 0xD0, 0xD4, 0xF0, 0xF4]);
        let lc = self.of(&[0, 0, 2, 4, 4, 7, 8, 0x0B, 0x0C, 0x0E, 0x0F, 0x30, 0x44, 0x80, 0x84, 0x94]);
        let mut command = vec![class, ins, p1, p2];
        if lc > 0 {
            command.push(lc);
            let zeros = self.below(2) == 0;
            command.extend((0..lc).map(|place| match place {
                0 if zeros => 1,
                _ if zeros => 0,
                _ => self.byte(),
            }));
        }
        if self.below(2) == 0 {
            command.push(self.of(&[0, 4, 8, 0x0F, 0x10, 0x17]));
        }
        command
    }
}

#[test]
fn every_command_is_answered() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for _ in 0..300 {
        let settings = dice.settings();
        let memory = Memory::fresh(&settings);
        let mut model = Model::new(settings, keys(), memory);
        model.transmit(&bytes("00A4040008A000000632010105"), &mut |_: &mut [u8]| ());
        for _ in 0..200 {
            model.set_worn(dice.below(20) == 0);
            let command = dice.command();
            let mut asked = 0;
            let states = model.torn(&command, &mut |slice: &mut [u8]| slice.fill(7));
            assert!(states.len() <= 3);
            assert_eq!(states[0], model.memory);
            let answer = model.transmit(&command, &mut |slice: &mut [u8]| {
                assert!(matches!(slice.len(), 4 | 8));
                slice.fill(7);
                asked += 1;
            });
            assert!(answer.len() >= 2 && asked <= 1);
            assert_eq!(states.last(), Some(&model.memory));
            assert_eq!((model.memory.log.len(), model.memory.trips.len()), (10, 30));
        }
    }
}
