//! Rules over captures that tests make, with every protocol and the template.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::Arc;

use engine::Engine;
use engine::app_layer::{AppLayer, Application, Settings};
use engine::compile::Compilation;
use engine::config::{AppConfig, Config};
use engine::event::{Body, Event};
use engine::keyword::{Env, Keyword};
use engine::worker::Frame;
use packet::{LinkType, Timestamp};
use testkit::Capture;

/// What rules over a capture gave.
pub struct Run {
    /// Every event, in order.
    pub events: Vec<Event>,
    rules: Arc<engine::detect::RuleSet>,
}

impl Run {
    /// Applies `rules` to a capture; `settings` are those below `app-layer.protocols`, and every record is written.
    pub fn new(rules: &str, capture: &Capture, settings: &Settings) -> Self {
        let mut apps: Vec<&'static Application> = protocols::applications();
        apps.push(&protocols::template::APPLICATION);
        let layer = Arc::new(AppLayer::new(&apps, settings).expect("settings that hold"));
        let mut keywords: Vec<&'static Keyword> = protocols::keywords();
        keywords.extend(protocols::template::PROTOCOL.keywords);
        let mut env = Env::default();
        env.app_layer = Arc::clone(&layer);
        env.pcre_buffers = protocols::pcre_buffers();
        let compiled = Compilation::of_texts(&[rules], &[engine::keywords::ALL, &keywords], &env);
        assert_eq!(compiled.diagnostics, [vec![]], "{rules}");
        let records = layer.iter().flat_map(|(_, app)| app.loggers.iter());
        let records = records
            .map(|logger| (logger.event_type.to_owned(), Settings::default()))
            .collect();
        let mut config = Config {
            app: AppConfig {
                layer,
                records,
                in_alerts: true,
                ..AppConfig::default()
            },
            ..Config::standard()
        };
        config.report.app_anomalies = true;
        let rules = Arc::new(compiled.rules);
        let mut engine = Engine::new(Arc::new(config), Arc::clone(&rules));
        let mut events = Vec::new();
        for (number, frame) in capture.frames.iter().enumerate() {
            let frame = Frame {
                data: &frame.data,
                time: Timestamp(frame.time.nanos()),
                number: number as u64 + 1,
                link: LinkType::Ethernet,
            };
            engine.frame(frame, &mut |event| events.push(event));
        }
        engine.end_of_capture(&mut |event| events.push(event));
        Self { events, rules }
    }

    /// The sids of the alerts, in order.
    pub fn sids(&self) -> Vec<u32> {
        let sid = |event: &Event| match &event.body {
            Body::Alert(alert) => self.rules.meta.get(alert.rule as usize).map(|meta| meta.sid),
            _ => None,
        };
        self.events.iter().filter_map(sid).collect()
    }

    /// The records of transactions: type and JSON of each object.
    pub fn records(&self) -> Vec<(&'static str, String)> {
        let record = |event: &Event| match &event.body {
            Body::Transaction(tx) => {
                let objects: Vec<String> = tx.fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                Some((tx.event_type, objects.join(", ")))
            }
            _ => None,
        };
        self.events.iter().filter_map(record).collect()
    }

    /// The names of the events of application protocols.
    pub fn anomalies(&self) -> Vec<&'static str> {
        let name = |event: &Event| match &event.body {
            Body::Anomaly(anomaly) => Some(anomaly.event),
            _ => None,
        };
        self.events.iter().filter_map(name).collect()
    }
}

/// The sids of the alerts of `rules` over a capture.
pub fn sids(rules: &str, capture: &Capture) -> Vec<u32> {
    Run::new(rules, capture, &Settings::default()).sids()
}
