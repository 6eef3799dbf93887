//! What is set of files: MS-SMB2 section 2.2.39, MS-FSCC section 2.4.

use super::request::{Compound, RELATED};
use crate::dcerpc::reader::Reader;
use crate::smb::state::State;
use crate::smb::text;
use crate::smb::tx::{Body, Disposition, Handle, Rename, SetInfo};

const FILE: u8 = 1;
const RENAME: u8 = 10;
const DISPOSITION: u8 = 13;

/// Reads a new name of a file, or that it goes when it is closed.
pub fn read(state: &State, record: &[u8], body: &mut Reader<'_>, compound: &Compound) -> Option<Option<Body>> {
    body.skip(2)?;
    let (kind, level) = (body.u8()?, body.u8()?);
    let (length, at) = (body.u32()? as usize, usize::from(body.u16()?));
    body.skip(6)?;
    let raw = body.array()?;
    let data = record.get(at..)?;
    let mut data = Reader::little(data.get(..length).unwrap_or(data));
    let handle = Handle::Long(raw);
    let name = match (&compound.name, state.names.get(&handle)) {
        (Some(name), _) if raw == RELATED => name.clone(),
        (_, Some(name)) => name.clone(),
        // Suricata: what is not known is taken for what was opened last.
        (_, None) => state.last_created(),
    };
    let how = Some(SetInfo {
        subcommand: None,
        level: level.into(),
    });
    Some(match (kind, level) {
        (FILE, RENAME) => {
            data.skip(16)?;
            let length = data.u32()? as usize;
            Some(Body::Rename(Box::new(Rename {
                from: name,
                to: text::narrow(data.bytes(length)?),
                handle: Some(handle),
                how,
            })))
        }
        (FILE, DISPOSITION) => Some(Body::Disposition(Box::new(Disposition {
            name,
            handle: Some(handle),
            delete: data.u8()? & 1 != 0,
            how,
        }))),
        _ => None,
    })
}
