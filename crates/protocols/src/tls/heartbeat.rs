//! Heartbeats (RFC 6520), and what Heartbleed (CVE-2014-0160) does to them.

use packet::Direction;

use super::Event;

/// What is known of the heartbeats of a flow.
#[derive(Debug, Default)]
pub(super) struct Heartbeats {
    /// An encrypted request nobody answered yet: its direction, its record's length.
    asked: Option<(Direction, usize)>,
}

impl Heartbeats {
    /// Looks at a record; `start` are its first three bytes, as far as there are so many.
    pub(super) fn record(&mut self, start: &[u8], length: usize, encrypted: bool, way: Direction) -> Option<Event> {
        if encrypted {
            return self.encrypted(length, way);
        }
        let (&kind, size) = start.split_first()?;
        if kind != REQUEST && kind != RESPONSE {
            return Some(Event::InvalidHeartbeatMessage);
        }
        let size = usize::from(u16::from_be_bytes(size.try_into().ok()?));
        let room = length.saturating_sub(HEADER);
        if size > room {
            return (kind == REQUEST).then_some(Event::OverflowHeartbeatMessage);
        }
        // RFC 6520 section 4: there are at least 16 bytes of padding.
        (room.saturating_sub(size) < PADDING).then_some(Event::InvalidHeartbeatMessage)
    }

    /// What cannot be read can be measured: an answer is as long as its question.
    fn encrypted(&mut self, length: usize, way: Direction) -> Option<Event> {
        match self.asked {
            Some((asked, size)) if asked != way => {
                self.asked = None;
                (length > size).then_some(Event::DataleakHeartbeatMismatch)
            }
            _ => {
                self.asked = Some((way, length));
                None
            }
        }
    }
}

const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const HEADER: usize = 3;
const PADDING: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_more_than_it_brings() {
        let mut heartbeats = Heartbeats::default();
        let mut look = |start: &[u8], length| heartbeats.record(start, length, false, Direction::ToServer);
        assert_eq!(look(&[1, 0, 16], 35), None);
        assert_eq!(look(&[1, 0x40, 0], 3), Some(Event::OverflowHeartbeatMessage));
        assert_eq!(look(&[1, 0, 16], 19), Some(Event::InvalidHeartbeatMessage));
        assert_eq!(look(&[5, 0, 2], 40), Some(Event::InvalidHeartbeatMessage));
    }

    #[test]
    fn an_encrypted_answer_longer_than_its_question() {
        let mut heartbeats = Heartbeats::default();
        let mut look = |length, way| heartbeats.record(&[9, 9, 9], length, true, way);
        assert_eq!(look(61, Direction::ToServer), None);
        assert_eq!(look(61, Direction::ToClient), None);
        assert_eq!(look(61, Direction::ToServer), None);
        assert_eq!(look(600, Direction::ToClient), Some(Event::DataleakHeartbeatMismatch));
    }
}
