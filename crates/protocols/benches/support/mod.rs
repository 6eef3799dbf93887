//! The engine with rules, as the benchmarks run it.
#![allow(dead_code, reason = "each benchmark uses a part of it")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use engine::Engine;
use engine::app_layer::{AppLayer, Settings};
use engine::compile::{Compilation, parse_classifications, parse_references};
use engine::config::{AppConfig, Config};
use engine::detect::RuleSet;
use engine::event::Body;
use engine::keyword::Env;
use engine::worker::Frame;
use packet::{LinkType, Timestamp};
use testkit::{Capture, fixtures};

/// Rules and configuration, loaded once.
pub struct Loaded {
    config: Arc<Config>,
    rules: Arc<RuleSet>,
}

impl Loaded {
    /// Rules in these texts.
    pub fn new(texts: &[String]) -> Self {
        let layer = AppLayer::new(&protocols::applications(), &Settings::default()).expect("settings that hold");
        let layer = Arc::new(layer);
        let mut env = Env::default();
        env.app_layer = Arc::clone(&layer);
        env.pcre_buffers = protocols::pcre_buffers();
        let folder = fixtures::repository().join("rules");
        env.classifications = parse_classifications(&read(&folder.join("classification.config"))).0;
        env.references = parse_references(&read(&folder.join("reference.config"))).0;
        let compiled = Compilation::of_texts(texts, &[engine::keywords::ALL, &protocols::keywords()], &env);
        let refused: usize = compiled.files.iter().map(|file| file.refused).sum();
        assert_eq!(refused, 0, "{:?}", compiled.diagnostics);
        let config = Config {
            app: AppConfig {
                layer,
                ..AppConfig::default()
            },
            ..Config::standard()
        };
        Self {
            config: Arc::new(config),
            rules: Arc::new(compiled.rules),
        }
    }

    /// The rules of this repository.
    pub fn bundled() -> Self {
        let folder = fs::read_dir(fixtures::repository().join("rules")).expect("the rules are there");
        let mut paths: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "rules"));
        paths.sort();
        Self::new(&paths.iter().map(|path| read(path)).collect::<Vec<_>>())
    }

    /// Takes a capture through an engine of its own; how many alerts that gave.
    pub fn run(&self, capture: &Capture) -> usize {
        let mut engine = Engine::new(Arc::clone(&self.config), Arc::clone(&self.rules));
        let mut alerts = 0;
        let mut sink = |event: engine::event::Event| alerts += usize::from(matches!(event.body, Body::Alert(_)));
        for (number, frame) in (1..).zip(capture) {
            let frame = Frame {
                data: &frame.data,
                time: Timestamp(frame.time.nanos()),
                number,
                link: LinkType::Ethernet,
            };
            engine.frame(frame, &mut sink);
        }
        engine.end_of_capture(&mut sink);
        alerts
    }
}

/// The bytes of a capture's packets.
pub fn bytes_of(capture: &Capture) -> usize {
    capture.frames.iter().map(|frame| frame.data.len()).sum()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
