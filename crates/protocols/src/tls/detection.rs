//! How it is recognised.

use engine::app_layer::{Detection, Pattern, Ports, Probe, Transport};
use packet::Direction;

/// Records of a client begin with a handshake, those of a server with one, an alert or data; clients may also begin with
/// a hello of SSL 2.
pub(super) const ALL: &[Detection] = &[
    Pattern::tcp(Direction::ToServer, &[22, 3, 0]),
    Pattern::tcp(Direction::ToServer, &[22, 3, 1]),
    Pattern::tcp(Direction::ToServer, &[22, 3, 2]),
    Pattern::tcp(Direction::ToServer, &[22, 3, 3]),
    Pattern::tcp(Direction::ToServer, &[1, 3, 0]),
    Pattern::tcp(Direction::ToServer, &[1, 3, 1]),
    Pattern::tcp(Direction::ToServer, &[1, 3, 2]),
    Pattern::tcp(Direction::ToServer, &[1, 3, 3]),
    Detection::Pattern(Pattern {
        transport: Transport::Tcp,
        direction: Direction::ToServer,
        bytes: &[1, 0, 2],
        nocase: false,
        offset: 2,
        depth: 5,
        confirm: Some(ssl2),
    }),
    Pattern::tcp(Direction::ToClient, &[21, 3, 0]),
    Pattern::tcp(Direction::ToClient, &[21, 3, 1]),
    Pattern::tcp(Direction::ToClient, &[21, 3, 2]),
    Pattern::tcp(Direction::ToClient, &[21, 3, 3]),
    Pattern::tcp(Direction::ToClient, &[22, 3, 0]),
    Pattern::tcp(Direction::ToClient, &[22, 3, 1]),
    Pattern::tcp(Direction::ToClient, &[22, 3, 2]),
    Pattern::tcp(Direction::ToClient, &[22, 3, 3]),
    Pattern::tcp(Direction::ToClient, &[23, 3, 0]),
    Pattern::tcp(Direction::ToClient, &[23, 3, 1]),
    Pattern::tcp(Direction::ToClient, &[23, 3, 2]),
    Pattern::tcp(Direction::ToClient, &[23, 3, 3]),
    Detection::Probe {
        transport: Transport::Tcp,
        ports: Ports::These(&[443]),
        direction: Some(Direction::ToServer),
        min: 3,
        probe: ssl2,
    },
];

/// Whether a client begins with a hello of SSL 2, in a record with a header of two bytes.
fn ssl2(data: &[u8], _direction: Direction) -> Probe {
    match data {
        [first, _, 1, ..] if first & 0x80 != 0 => Probe::Yes,
        [] | [_] | [_, _] => Probe::More,
        _ => Probe::No,
    }
}
