//! What can be wrong with a transaction of HTTP/1.

use smallvec::SmallVec;

use super::body::BodyEvent;

macro_rules! events {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// What can be wrong with a transaction: the numbers of [`EVENTS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Event {
            $($(#[doc = $doc])+ $variant,)+
        }

        /// The names of the events, as `app-layer-event:http.` has them.
        pub(super) const EVENTS: &[&str] = &[$($name),+];
    };
}

events! {
    /// Something that has no name of its own.
    UnknownError = "unknown_error",
    /// The decoding of a layer of a body failed.
    GzipDecompressionFailed = "gzip_decompression_failed",
    /// A field of a request has no colon.
    RequestFieldMissingColon = "request_field_missing_colon",
    /// A field of a response has no colon.
    ResponseFieldMissingColon = "response_field_missing_colon",
    /// The length of a chunk of a request is none.
    InvalidRequestChunkLen = "invalid_request_chunk_len",
    /// The length of a chunk of a response is none: what follows is taken as the body.
    InvalidResponseChunkLen = "invalid_response_chunk_len",
    /// `Transfer-Encoding` of a request without `chunked`.
    InvalidTransferEncodingValueInRequest = "invalid_transfer_encoding_value_in_request",
    /// `Transfer-Encoding` of a response without `chunked`.
    InvalidTransferEncodingValueInResponse = "invalid_transfer_encoding_value_in_response",
    /// `Content-Length` of a request without a number.
    InvalidContentLengthFieldInRequest = "invalid_content_length_field_in_request",
    /// `Content-Length` of a response without a number.
    InvalidContentLengthFieldInResponse = "invalid_content_length_field_in_response",
    /// Two lengths in a request, and they differ.
    DuplicateContentLengthFieldInRequest = "duplicate_content_length_field_in_request",
    /// Two lengths in a response, and they differ.
    DuplicateContentLengthFieldInResponse = "duplicate_content_length_field_in_response",
    /// A second `100 Continue` for a request.
    ContinueAlreadySeen = "100_continue_already_seen",
    /// A response to no request.
    UnableToMatchResponseToRequest = "unable_to_match_response_to_request",
    /// The port in a request is none.
    InvalidServerPortInRequest = "invalid_server_port_in_request",
    /// The port of a `CONNECT` is none.
    InvalidAuthorityPort = "invalid_authority_port",
    /// The name of a field of a request is none.
    RequestHeaderInvalid = "request_header_invalid",
    /// The name of a field of a response is none.
    ResponseHeaderInvalid = "response_header_invalid",
    /// HTTP/1.1 without `Host`.
    MissingHostHeader = "missing_host_header",
    /// `Host` and the URI name different hosts.
    HostHeaderAmbiguous = "host_header_ambiguous",
    /// The first field of a request is folded.
    InvalidRequestFieldFolding = "invalid_request_field_folding",
    /// A field of a response is folded where there is nothing to fold it to.
    InvalidResponseFieldFolding = "invalid_response_field_folding",
    /// LIMIT: a line of a request is too long; parsing ends.
    RequestFieldTooLong = "request_field_too_long",
    /// LIMIT: a line of a response is too long; parsing ends.
    ResponseFieldTooLong = "response_field_too_long",
    /// LIMIT: a file's name is too long to be kept.
    FileNameTooLong = "file_name_too_long",
    /// The request line has no protocol, and what stands for the method is no word.
    RequestLineInvalid = "request_line_invalid",
    /// Bytes follow a request that has no body, and they are no request.
    RequestBodyUnexpected = "request_body_unexpected",
    /// The port differs from that of the connection.
    RequestServerPortTcpPortMismatch = "request_server_port_tcp_port_mismatch",
    /// The host in the URI is none.
    RequestUriHostInvalid = "request_uri_host_invalid",
    /// The host in `Host` is none.
    RequestHeaderHostInvalid = "request_header_host_invalid",
    /// `Authorization` of an unknown kind.
    RequestAuthUnrecognized = "request_auth_unrecognized",
    /// LIMIT: a field of a request is repeated too often.
    RequestHeaderRepetition = "request_header_repetition",
    /// LIMIT: a field of a response is repeated too often.
    ResponseHeaderRepetition = "response_header_repetition",
    /// A body of several ranges, which is not taken apart.
    ResponseMultipartByteranges = "response_multipart_byteranges",
    /// `chunked` among other words.
    ResponseAbnormalTransferEncoding = "response_abnormal_transfer_encoding",
    /// Chunks in a protocol that has none.
    ResponseChunkedOldProto = "response_chunked_old_proto",
    /// The protocol of a response is none.
    ResponseInvalidProtocol = "response_invalid_protocol",
    /// The status of a response is none.
    ResponseInvalidStatus = "response_invalid_status",
    /// The response came before the end of the request line.
    RequestLineIncomplete = "request_line_incomplete",
    /// Decoding a second time changed the URI.
    DoubleEncodedUri = "double_encoded_uri",
    /// There is another white space than a space behind the URI.
    UriDelimNonCompliant = "uri_delim_non_compliant",
    /// There is another white space than a space behind the method.
    MethodDelimNonCompliant = "method_delim_non_compliant",
    /// White space before the method.
    RequestLineLeadingWhitespace = "request_line_leading_whitespace",
    /// LIMIT: a body has too many layers of encoding.
    TooManyEncodingLayers = "too_many_encoding_layers",
    /// `Content-Encoding` has more words than make sense.
    AbnormalCeHeader = "abnormal_ce_header",
    /// A body of several parts has a header without a name of its own.
    MultipartGenericError = "multipart_generic_error",
    /// A part of a body is a file without a byte.
    MultipartNoFiledata = "multipart_no_filedata",
    /// A header of a part makes no sense.
    MultipartInvalidHeader = "multipart_invalid_header",
    /// LIMIT: LZMA wants more memory than it gets.
    LzmaMemlimitReached = "lzma_memlimit_reached",
    /// LIMIT: little decodes to too much.
    CompressionBomb = "compression_bomb",
    /// LIMIT: there are too many transactions that wait for their end; parsing ends.
    TooManyWarnings = "too_many_warnings",
    /// The protocol that was agreed on is not there.
    FailedProtocolChange = "failed_protocol_change",
    /// `Content-Range` makes no sense.
    RangeInvalid = "range_invalid",
    /// A chunk has an extension.
    RequestChunkExtension = "request_chunk_extension",
    /// The request line has no protocol, and headers follow.
    RequestLineMissingProtocol = "request_line_missing_protocol",
    /// LIMIT: a request has too many headers; parsing ends.
    RequestTooManyHeaders = "request_too_many_headers",
    /// LIMIT: a response has too many headers; parsing ends.
    ResponseTooManyHeaders = "response_too_many_headers",
}

/// What was found wrong, in order.
pub(super) type Found = SmallVec<[Event; 4]>;

impl From<BodyEvent> for Event {
    fn from(event: BodyEvent) -> Self {
        match event {
            BodyEvent::GzipDecompressionFailed => Self::GzipDecompressionFailed,
            BodyEvent::AbnormalCeHeader => Self::AbnormalCeHeader,
            BodyEvent::TooManyEncodingLayers => Self::TooManyEncodingLayers,
            BodyEvent::CompressionBomb => Self::CompressionBomb,
            BodyEvent::LzmaMemlimitReached => Self::LzmaMemlimitReached,
            BodyEvent::MultipartGenericError => Self::MultipartGenericError,
            BodyEvent::MultipartNoFiledata => Self::MultipartNoFiledata,
            BodyEvent::MultipartInvalidHeader => Self::MultipartInvalidHeader,
            BodyEvent::RangeInvalid => Self::RangeInvalid,
            BodyEvent::FileNameTooLong => Self::FileNameTooLong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_in_the_same_order() {
        assert_eq!(EVENTS[Event::ContinueAlreadySeen as usize], "100_continue_already_seen");
        assert_eq!(EVENTS.last().copied(), Some("response_too_many_headers"));
        assert_eq!(EVENTS.len(), Event::ResponseTooManyHeaders as usize + 1);
        assert!(EVENTS.len() <= 128);
    }
}
