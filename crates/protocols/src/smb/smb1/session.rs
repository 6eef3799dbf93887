//! Who logs in: MS-CIFS section 2.2.4.53, MS-SMB section 2.2.4.6.

use super::header::{Command, Header};
use crate::smb::auth;
use crate::smb::state::State;
use crate::smb::text;
use crate::smb::tx::{Body, SessionSetup};

/// Reads a command, whichever of its three forms it has.
pub fn request(command: &Command<'_>, header: &Header) -> Option<Option<Body>> {
    let mut words = command.words();
    let mut data = command.data_reader();
    let mut setup = SessionSetup::default();
    words.skip(10)?;
    match command.words.len() {
        // With a security blob.
        24 => {
            words.skip(4)?;
            let length = usize::from(words.u16()?);
            let identity = auth::identity(data.bytes(length)?);
            setup.ntlmssp = identity.ntlmssp;
            setup.ticket = identity.ticket;
            setup.malformed = identity.malformed;
        }
        // With two passwords, then user and domain.
        26 => {
            words.skip(4)?;
            let passwords = usize::from(words.u16()?).saturating_add(usize::from(words.u16()?));
            data.skip(passwords)?;
            for _ in 0..2 {
                text::terminated(&mut data, header.unicode)?;
            }
        }
        // With one.
        20 => {
            words.skip(4)?;
            data.skip(usize::from(words.u16()?))?;
            for _ in 0..2 {
                text::terminated(&mut data, header.unicode)?;
            }
        }
        _ => return None,
    }
    let system = text::terminated(&mut data, header.unicode).unwrap_or_default();
    let program = text::terminated(&mut data, header.unicode).unwrap_or_default();
    setup.client = Some((system, program));
    Some(Some(Body::SessionSetup(Box::new(setup))))
}

/// Reads an answer.
pub fn response(state: &mut State, id: u64, command: &Command<'_>, header: &Header) -> Option<()> {
    let tx = state.transactions.by_id_mut(id)?;
    tx.session = header.key.session;
    if command.words.is_empty() {
        return Some(());
    }
    let mut data = command.data_reader();
    if command.words.len() == 8 {
        let mut words = command.words();
        words.skip(6)?;
        data.skip(usize::from(words.u16()?))?;
    }
    let system = text::terminated(&mut data, header.unicode).unwrap_or_default();
    let program = text::terminated(&mut data, header.unicode).unwrap_or_default();
    if let Body::SessionSetup(setup) = &mut tx.body {
        setup.server = Some((system, program));
    }
    Some(())
}
