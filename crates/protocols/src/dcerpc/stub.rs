//! `dcerpc.stub_data`: the arguments or the results of a call.

use engine::buffer::{BufferDef, Provider, Source, TxBytes};
use engine::keyword::{Keyword, Kind};

use super::NAME;
use super::keywords::call_of;
use crate::smb;

/// `dcerpc.stub_data`: the arguments or the results of a call.
pub static DCERPC_STUB_DATA: Keyword = Keyword {
    name: "dcerpc.stub_data",
    aliases: &["dce_stub_data"],
    summary: "the arguments or the results of a call",
    docs: "The stub data of a DCERPC request, to the server, or of a response, to the client: what stands behind the \
           headers, of all fragments. Over TCP, UDP and SMB. `byte_test`, `byte_jump` and `byte_extract` read it in \
           the byte order of its header with `dce`, in SMB too, where Suricata reads big endian. A sticky buffer.",
    example: "alert tcp any any -> any any (msg:\"a\"; dcerpc.stub_data; content:\"|00 02|\"; byte_test:4,>,256,0,dce; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&STUB_DATA),
};

static STUB_DATA: BufferDef = BufferDef {
    name: "dcerpc.stub_data",
    source: Source::Transaction(&[
        Provider {
            protocol: NAME,
            at: [Some(0), Some(0)],
            streaming: true,
            get: GET,
        },
        Provider {
            protocol: smb::NAME,
            at: [Some(0), Some(0)],
            streaming: true,
            get: GET,
        },
    ]),
    multi: false,
};

const GET: TxBytes = |tx, direction, _, _| call_of(tx)?.fresh_stub(direction);
