//! Protocol data units for tests.

use super::uuid::Uuid;

/// The service control manager.
pub const SVCCTL: &str = "367abb81-9844-35f1-ad32-98f038001003";

/// A unit of a kind, with flags, for a call, with this behind its header.
pub fn unit(kind: u8, flags: u8, call: u32, body: &[u8]) -> Vec<u8> {
    let mut out = vec![5, 0, kind, flags, 0x10, 0, 0, 0];
    out.extend((16 + body.len() as u16).to_le_bytes());
    out.extend([0, 0]);
    out.extend(call.to_le_bytes());
    out.extend(body);
    out
}

/// A bind for interfaces: context, identifier, major version.
pub fn bind(call: u32, interfaces: &[(u16, &str, u16)]) -> Vec<u8> {
    asking(11, call, interfaces)
}

/// A request for more interfaces.
pub fn alter(call: u32, interfaces: &[(u16, &str, u16)]) -> Vec<u8> {
    asking(14, call, interfaces)
}

fn asking(kind: u8, call: u32, interfaces: &[(u16, &str, u16)]) -> Vec<u8> {
    let mut body = vec![0xb8, 0x10, 0xb8, 0x10, 0, 0, 0, 0, interfaces.len() as u8, 0, 0, 0];
    for (context, uuid, major) in interfaces {
        body.extend(context.to_le_bytes());
        body.extend([1, 0]);
        body.extend(raw(uuid));
        body.extend(major.to_le_bytes());
        body.extend([0, 0]);
        body.extend(raw("8a885d04-1ceb-11c9-9fe8-08002b104860"));
        body.extend([2, 0, 0, 0]);
    }
    unit(kind, 3, call, &body)
}

/// The answer to a bind: a result for each interface.
pub fn bind_ack(call: u32, results: &[u16]) -> Vec<u8> {
    unit(12, 3, call, &answering(results))
}

/// The answer to a request for more interfaces.
pub fn alter_ack(call: u32, results: &[u16]) -> Vec<u8> {
    unit(15, 3, call, &answering(results))
}

fn answering(results: &[u16]) -> Vec<u8> {
    let mut body = vec![0xb8, 0x10, 0xb8, 0x10, 1, 0, 0, 0, 4, 0];
    body.extend(b"135\0");
    body.extend([0, 0]);
    body.extend([results.len() as u8, 0, 0, 0]);
    for result in results {
        body.extend(result.to_le_bytes());
        body.extend([0; 22]);
    }
    body
}

/// A request of one fragment, or of several by its flags.
pub fn request(call: u32, flags: u8, (context, opnum): (u16, u16), stub: &[u8]) -> Vec<u8> {
    let mut body = (stub.len() as u32).to_le_bytes().to_vec();
    body.extend(context.to_le_bytes());
    body.extend(opnum.to_le_bytes());
    body.extend(stub);
    unit(0, flags, call, &body)
}

/// A response, or a fragment of one.
pub fn response(call: u32, flags: u8, stub: &[u8]) -> Vec<u8> {
    let mut body = (stub.len() as u32).to_le_bytes().to_vec();
    body.extend([0, 0, 0, 0]);
    body.extend(stub);
    unit(2, flags, call, &body)
}

fn raw(uuid: &str) -> [u8; 16] {
    let printed = Uuid::parse(uuid).expect("an identifier").0.to_be_bytes();
    // Changing the order of its fields twice gives the identifier back.
    Uuid::from_bytes(printed, true).0.to_be_bytes()
}
