//! Whether bytes look like DNS.

use engine::app_layer::Probe;
use packet::Direction;

use super::message::Header;
use super::name::Names;

/// Whether a datagram is a message.
pub(super) fn datagram(data: &[u8], direction: Direction) -> Probe {
    look(data, data.len(), direction)
}

/// Whether a stream begins with a message behind its length.
pub(super) fn stream(data: &[u8], direction: Direction) -> Probe {
    let Some((length, message)) = data.split_first_chunk::<2>() else {
        return Probe::More;
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if length < Header::LEN {
        return Probe::No;
    }
    if message.len() < Header::LEN {
        return Probe::More;
    }
    look(
        message.get(..message.len().min(length)).unwrap_or_default(),
        length,
        direction,
    )
}

/// Looks at a message of `length` bytes, of which `data` are there.
fn look(data: &[u8], length: usize, direction: Direction) -> Probe {
    let Some(header) = Header::read(data) else {
        return Probe::No;
    };
    // Nothing that is counted takes less than two bytes.
    let counted = header
        .counts
        .iter()
        .fold(0usize, |sum, n| sum.saturating_add(usize::from(*n)));
    if counted.saturating_mul(2) > length.saturating_sub(Header::LEN) {
        return Probe::No;
    }
    if header.counts.first().is_some_and(|n| *n > 0) && !first_label_may_be(data) {
        return Probe::No;
    }
    let towards = if header.is_response() {
        Direction::ToClient
    } else {
        Direction::ToServer
    };
    if towards == direction {
        Probe::Yes
    } else {
        Probe::Reversed
    }
}

/// Whether the first question's name is one, or would be if all of it were there.
fn first_label_may_be(data: &[u8]) -> bool {
    if Names::new(data).read(Header::LEN, data.len()).is_some() {
        return true;
    }
    let mut at = Header::LEN;
    loop {
        match data.get(at) {
            Some(length @ 1..=63) => at = at.saturating_add(usize::from(*length)).saturating_add(1),
            Some(_) => return false,
            None => return true,
        }
    }
}
