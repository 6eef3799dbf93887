//! The keywords of packets, payloads and flows, and one list of them.

mod dataset;
mod flow;
pub mod integer;
mod meta;
mod packet;
mod payload;
pub mod pcre;
#[cfg(test)]
pub(crate) mod sample;
mod sticky;
mod transform;

pub use dataset::write_value;
pub use meta::requires;

use crate::keyword::{Arg, Keyword, Parsed};
use crate::rule::Content;

/// Reads a literal as `content` has it, `"bytes"` or `!"bytes"`, for keywords that stand for one.
///
/// # Errors
/// It is not quoted, empty, or has an escape that is none.
pub fn literal(arg: &Arg<'_>) -> Parsed<Content> {
    payload::content::literal(arg.spanned()?, arg.dialect)
}

/// Every keyword of the engine, grouped as the manual groups them.
pub static ALL: &[&Keyword] = &[
    // What a rule says of itself.
    &meta::msg::MSG,
    &meta::ids::SID,
    &meta::ids::REV,
    &meta::ids::GID,
    &meta::classtype::CLASSTYPE,
    &meta::priority::PRIORITY,
    &meta::reference::REFERENCE,
    &meta::metadata::METADATA,
    &meta::target::TARGET,
    &meta::requires::REQUIRES,
    &meta::service::SERVICE,
    &meta::threshold::THRESHOLD,
    &meta::threshold::DETECTION_FILTER,
    &meta::noalert::NOALERT,
    &meta::noalert::ALERT,
    &meta::prefilter::PREFILTER,
    &meta::inert::REM,
    &meta::inert::SOID,
    &meta::inert::LOGTO,
    &meta::inert::SESSION,
    &meta::inert::RESP,
    &meta::inert::REACT,
    &meta::inert::NFQ_SET_MARK,
    &meta::inert::CONFIG,
    &meta::inert::LUA,
    &meta::inert::LUAXFORM,
    &meta::inert::FLOWVAR,
    &meta::inert::PKTVAR,
    &meta::inert::ACTIVATES,
    // Headers.
    &packet::headers::ETHER_HDR,
    &packet::vlan_id::VLAN_ID,
    &packet::integers::VLAN_LAYERS,
    &packet::l3_proto::L3_PROTO,
    &packet::headers::IP_SRC,
    &packet::headers::IP_DST,
    &packet::headers::IPV4_HDR,
    &packet::headers::IPV6_HDR,
    &packet::sameip::SAMEIP,
    &packet::ip_proto::IP_PROTO,
    &packet::integers::TTL,
    &packet::tos::TOS,
    &packet::integers::ID,
    &packet::ipopts::IPOPTS,
    &packet::fragbits::FRAGBITS,
    &packet::fragoffset::FRAGOFFSET,
    &packet::csum::IPV4_CSUM,
    &packet::geoip::GEOIP,
    &packet::iprep::IPREP,
    &packet::headers::TCP_HDR,
    &packet::tcp_flags::TCP_FLAGS,
    &packet::integers::TCP_SEQ,
    &packet::integers::TCP_ACK,
    &packet::integers::TCP_WINDOW,
    &packet::integers::TCP_MSS,
    &packet::integers::TCP_WSCALE,
    &packet::csum::TCPV4_CSUM,
    &packet::csum::TCPV6_CSUM,
    &packet::headers::UDP_HDR,
    &packet::csum::UDPV4_CSUM,
    &packet::csum::UDPV6_CSUM,
    &packet::headers::ICMPV4_HDR,
    &packet::headers::ICMPV6_HDR,
    &packet::integers::ITYPE,
    &packet::integers::ICODE,
    &packet::integers::ICMP_ID,
    &packet::integers::ICMP_SEQ,
    &packet::integers::ICMPV6_MTU,
    &packet::csum::ICMPV4_CSUM,
    &packet::csum::ICMPV6_CSUM,
    &packet::headers::IGMP_HDR,
    &packet::integers::IGMP_TYPE,
    &packet::csum::IGMP_CSUM,
    &packet::integers::DSIZE,
    &packet::rpc::RPC,
    &packet::ftpbounce::FTPBOUNCE,
    &packet::sip::SIP_METHOD,
    &packet::sip::SIP_STAT_CODE,
    &packet::sip::SIP_HEADER,
    &packet::events::DECODE_EVENT,
    &packet::events::STREAM_EVENT,
    &packet::events::ENGINE_EVENT,
    // Flows, and what rules remember.
    &flow::flow::FLOW,
    &flow::tcp_session::TCP_SESSION,
    &flow::counters::FLOW_AGE,
    &flow::counters::FLOW_PKTS,
    &flow::counters::FLOW_PKTS_TOSERVER,
    &flow::counters::FLOW_PKTS_TOCLIENT,
    &flow::counters::FLOW_BYTES,
    &flow::counters::FLOW_BYTES_TOSERVER,
    &flow::counters::FLOW_BYTES_TOCLIENT,
    &flow::counters::FLOW_ELEPHANT,
    &flow::counters::STREAM_SIZE,
    &flow::flowbits::FLOWBITS,
    &flow::flowint::FLOWINT,
    &flow::xbits::XBITS,
    &flow::xbits::HOSTBITS,
    &flow::tag::TAG,
    &flow::bypass::BYPASS,
    // The payload, and any buffer.
    &payload::content::CONTENT,
    &payload::nocase::NOCASE,
    &payload::depth::DEPTH,
    &payload::offset::OFFSET,
    &payload::distance::DISTANCE,
    &payload::within::WITHIN,
    &payload::startswith::STARTSWITH,
    &payload::endswith::ENDSWITH,
    &payload::rawbytes::RAWBYTES,
    &payload::fast_pattern::FAST_PATTERN,
    &payload::replace::REPLACE,
    &pcre::PCRE,
    &payload::isdataat::ISDATAAT,
    &payload::size::BSIZE,
    &payload::size::BUFFERLEN,
    &payload::byte_test::BYTE_TEST,
    &payload::byte_jump::BYTE_JUMP,
    &payload::byte_extract::BYTE_EXTRACT,
    &payload::byte_math::BYTE_MATH,
    &payload::base64::BASE64_DECODE,
    &payload::base64::BASE64_DATA_KEYWORD,
    &payload::entropy::ENTROPY,
    &payload::asn1::ASN1,
    &payload::ber_cursor::BER_DATA,
    &payload::ber_cursor::BER_SKIP,
    &payload::absent::ABSENT,
    &payload::raw::PKT_DATA,
    &payload::raw::RAW_DATA,
    &dataset::dataset::DATASET,
    &dataset::datarep::DATAREP,
    // Transforms.
    &transform::text::COMPRESS_WHITESPACE,
    &transform::text::STRIP_WHITESPACE,
    &transform::text::STRIP_PSEUDO_HEADERS,
    &transform::text::DOTPREFIX,
    &transform::text::HEADER_LOWERCASE,
    &transform::letters::TO_LOWERCASE,
    &transform::letters::TO_UPPERCASE,
    &transform::url_decode::URL_DECODE,
    &transform::base64::FROM_BASE64,
    &transform::inflate::GUNZIP,
    &transform::inflate::ZLIB_DEFLATE,
    &transform::xor::XOR,
    &transform::pcrexform::PCREXFORM,
    &transform::subslice::SUBSLICE,
    &transform::domain::DOMAIN,
    &transform::domain::TLD,
    &transform::hash::TO_MD5,
    &transform::hash::TO_SHA1,
    &transform::hash::TO_SHA256,
];

#[cfg(test)]
mod tests;
