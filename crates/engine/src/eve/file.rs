//! Records of files.

use serde::Serialize;

use super::bytes::Hex;
use super::flow::AppBody;
use super::head::Head;
use super::{EveOptions, Objects, Origin};
use crate::event::{FileInfo, FileRecord};

/// A file, as `fileinfo` and the `files` of alerts show it.
#[derive(Debug, Serialize)]
pub struct FileBody<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    filename: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    magic: Option<&'a str>,
    #[serde(skip_serializing_if = "<[u32]>::is_empty")]
    sid: &'a [u32],
    gaps: bool,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    md5: Option<Hex<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<Hex<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<Hex<'a>>,
    stored: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    storing: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<u64>,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<u64>,
    tx_id: u64,
}

#[derive(Serialize)]
pub(super) struct FileLine<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(flatten)]
    fields: Objects<'a>,
    #[serde(flatten)]
    app: Option<AppBody>,
    fileinfo: FileBody<'a>,
}

impl<'a> FileBody<'a> {
    /// Of a file.
    pub fn of(info: &'a FileInfo) -> Self {
        Self {
            filename: &info.name,
            magic: info.magic.as_deref(),
            sid: &info.sids,
            gaps: info.gaps,
            state: info.state,
            md5: info.md5.as_ref().map(|d| Hex(d)),
            sha1: info.sha1.as_ref().map(|d| Hex(d)),
            sha256: info.sha256.as_ref().map(|d| Hex(d)),
            stored: info.stored,
            storing: info.storing.then_some(true),
            file_id: info.file_id.filter(|_| info.stored),
            size: info.size,
            start: info.range.map(|r| r.0),
            end: info.range.map(|r| r.1),
            tx_id: info.tx_id,
        }
    }
}

/// The record of a file that is over.
pub(super) fn record<'a>(file: &'a FileRecord, origin: &Origin<'a>, options: &'a EveOptions) -> FileLine<'a> {
    FileLine {
        head: Head::of_packet("fileinfo", &file.packet, origin, options),
        fields: Objects(&file.fields),
        app: file.packet.flow.as_ref().map(|flow| AppBody::of(&flow.app)),
        fileinfo: FileBody::of(&file.info),
    }
}
