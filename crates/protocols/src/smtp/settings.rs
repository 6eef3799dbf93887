//! `app-layer.protocols.smtp`.

use std::sync::Arc;

use engine::app_layer::{FileSettings, Settings};

use crate::mime::MimeSettings;

/// What the configuration says of SMTP.
#[derive(Clone, Debug)]
pub(super) struct SmtpSettings {
    /// Messages are read; else their bytes only go by.
    pub(super) decode_mime: bool,
    /// Whole messages are files.
    pub(super) raw_extraction: bool,
    /// LIMIT: live transactions of a flow.
    pub(super) max_tx: usize,
    pub(super) mime: Arc<MimeSettings>,
    /// `inspected-tracker`: the windows in which rules see files.
    tracker: FileSettings,
}

impl SmtpSettings {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong with a setting.
    pub(super) fn read(settings: &Settings) -> Result<Self, String> {
        let mime = settings.below("mime");
        let default = MimeSettings::default();
        let schemes = mime.list("extract-urls-schemes");
        let body_md5 = match mime.text("body-md5") {
            // Computed for the rule or record that asks for it; which ones do is not known here.
            Some("auto") | None => true,
            Some(_) => mime.flag("body-md5", true)?,
        };
        let tracker = settings.below("inspected-tracker");
        let size = |path, default: u32| {
            let size = tracker.size(path, u64::from(default))?;
            Ok::<u32, String>(u32::try_from(size).unwrap_or(u32::MAX))
        };
        let standard = FileSettings::default();
        Ok(Self {
            tracker: FileSettings {
                window: size("content-limit", standard.window)?,
                inspect_min: size("content-inspect-min-size", standard.inspect_min)?,
                inspect_window: size("content-inspect-window", standard.inspect_window)?,
                ..standard
            },
            decode_mime: mime.flag("decode-mime", true)?,
            raw_extraction: settings.flag("raw-extraction", false)?,
            max_tx: usize::try_from(settings.number("max-tx", 256)?).unwrap_or(usize::MAX),
            mime: Arc::new(MimeSettings {
                decode_base64: mime.flag("decode-base64", true)?,
                decode_quoted_printable: mime.flag("decode-quoted-printable", true)?,
                header_value_depth: usize::try_from(mime.size("header-value-depth", 2000)?).unwrap_or(usize::MAX),
                extract_urls: mime.flag("extract-urls", true)?,
                url_schemes: if schemes.is_empty() {
                    default.url_schemes
                } else {
                    schemes.iter().map(|s| s.to_ascii_lowercase().into_bytes()).collect()
                },
                url_with_scheme: mime.flag("log-url-scheme", false)?,
                body_md5,
            }),
        })
    }

    /// What is wanted of the files of mails.
    pub(super) fn files(&self, wanted: &FileSettings) -> FileSettings {
        FileSettings {
            window: self.tracker.window,
            inspect_min: self.tracker.inspect_min,
            inspect_window: self.tracker.inspect_window,
            ..wanted.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_and_what_is_set() {
        let mut settings = Settings::default();
        let read = SmtpSettings::read(&settings).expect("defaults");
        assert!(read.decode_mime && !read.raw_extraction && read.mime.url_schemes == [b"http".to_vec()]);
        settings.set("raw-extraction", "yes");
        settings.set("mime.extract-urls-schemes.0", "FTP");
        settings.set("mime.body-md5", "no");
        let read = SmtpSettings::read(&settings).expect("settings that hold");
        assert!(read.raw_extraction && !read.mime.body_md5 && read.mime.url_schemes == [b"ftp".to_vec()]);
        settings.set("max-tx", "many");
        assert!(SmtpSettings::read(&settings).is_err());
    }
}
