//! What the configuration says of bodies.

use engine::app_layer::Settings;
use packet::Direction;

/// What the configuration says of bodies: a `default-config` or a server's own, below
/// `app-layer.protocols.http.libhtp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodySettings {
    /// Of requests.
    pub request: BodyLimits,
    /// Of responses.
    pub response: BodyLimits,
    /// LIMIT: layers of encoding that are taken off a body; 0 for none.
    pub layers: u32,
    /// Whether LZMA is decoded.
    pub lzma: bool,
    /// LIMIT: bytes of LZMA's dictionary.
    pub lzma_memory: u64,
    /// LIMIT: bytes to which little may decode; see `decode`.
    pub bomb: u64,
    /// LIMIT: bytes that the decoders of a body may produce all together, in place of a limit of time.
    pub work: u64,
    /// Flash files in bodies of responses.
    pub swf: SwfSettings,
}

/// What the configuration says of the bodies of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    /// LIMIT: bytes of a decoded body that are looked at; 0 for no limit.
    pub limit: u64,
    /// Bytes that are waited for before rules see a body.
    pub minimal: u64,
    /// Bytes that rules see each time, at least.
    pub window: u64,
}

/// Whether Flash files are decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SwfSettings {
    /// Those compressed with zlib.
    pub deflate: bool,
    /// Those compressed with LZMA.
    pub lzma: bool,
    /// LIMIT: bytes that are decoded; 0 for all.
    pub compressed: u64,
    /// LIMIT: bytes decoded to; 0 for all.
    pub decoded: u64,
}

impl BodySettings {
    /// Reads them; a server's own begin with the default ones.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn read(settings: &Settings, base: &Self) -> Result<Self, String> {
        let size = |name: &str, default| settings.size(name, default);
        let limits = |way: &str, base: BodyLimits| -> Result<BodyLimits, String> {
            Ok(BodyLimits {
                limit: size(&format!("{way}-body-limit"), base.limit)?,
                minimal: size(&format!("{way}-body-minimal-inspect-size"), base.minimal)?,
                window: size(&format!("{way}-body-inspect-window"), base.window)?,
            })
        };
        let microseconds = settings.number("decompression-time-limit", DEFAULT_TIME)?;
        Ok(Self {
            request: limits("request", base.request)?,
            response: limits("response", base.response)?,
            layers: settings
                .number("response-body-decompress-layer-limit", u64::from(base.layers))?
                .min(MAX_LAYERS) as u32,
            lzma: settings.flag("lzma-enabled", base.lzma)?,
            lzma_memory: size("lzma-memlimit", base.lzma_memory)?,
            bomb: size("compression-bomb-limit", base.bomb)?,
            work: if settings.text("decompression-time-limit").is_some() {
                microseconds.saturating_mul(BYTES_PER_MICROSECOND)
            } else {
                base.work
            },
            swf: swf(&settings.below("swf-decompression"), base.swf)?,
        })
    }

    /// Those of a direction.
    pub fn limits(&self, direction: Direction) -> BodyLimits {
        match direction {
            Direction::ToServer => self.request,
            Direction::ToClient => self.response,
        }
    }
}

impl Default for BodySettings {
    fn default() -> Self {
        Self {
            request: BodyLimits {
                limit: 100 << 10,
                minimal: 32 << 10,
                window: 4 << 10,
            },
            response: BodyLimits {
                limit: 100 << 10,
                minimal: 40 << 10,
                window: 16 << 10,
            },
            layers: 2,
            lzma: false,
            lzma_memory: 1 << 20,
            bomb: 1 << 20,
            work: DEFAULT_TIME * BYTES_PER_MICROSECOND,
            swf: SwfSettings::default(),
        }
    }
}

fn swf(settings: &Settings, base: SwfSettings) -> Result<SwfSettings, String> {
    if !settings.flag("enabled", base.deflate || base.lzma)? {
        return Ok(SwfSettings::default());
    }
    let (deflate, lzma) = match settings.text("type").unwrap_or("both") {
        "deflate" => (true, false),
        "lzma" => (false, true),
        "both" => (true, true),
        other => {
            return Err(format!(
                "`swf-decompression.type`: `{other}` is none of deflate, lzma, both"
            ));
        }
    };
    Ok(SwfSettings {
        deflate,
        lzma,
        compressed: settings.size("compress-depth", 0)?,
        decoded: settings.size("decompress-depth", 0)?,
    })
}

/// Microseconds of decoding that Suricata grants a transaction.
const DEFAULT_TIME: u64 = 100_000;

/// Bytes that a slow machine's inflate makes in a microsecond.
const BYTES_PER_MICROSECOND: u64 = 320;

/// LIMIT: layers, whatever the configuration says.
const MAX_LAYERS: u64 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_begins_with_the_defaults() {
        let mut settings = Settings::default();
        settings.set("response-body-limit", "1mb");
        settings.set("lzma-enabled", "yes");
        settings.set("swf-decompression.enabled", "yes");
        settings.set("swf-decompression.type", "deflate");
        let base = BodySettings::read(&settings, &BodySettings::default()).expect("settings");
        assert_eq!((base.response.limit, base.request.limit), (1 << 20, 100 << 10));
        assert!(base.lzma && base.swf.deflate && !base.swf.lzma);
        let mut own = Settings::default();
        own.set("request-body-limit", "5");
        let own = BodySettings::read(&own, &base).expect("settings");
        assert_eq!((own.request.limit, own.response.limit, own.lzma), (5, 1 << 20, true));
        settings.set("swf-decompression.type", "zip");
        assert!(BodySettings::read(&settings, &base).is_err());
    }
}
