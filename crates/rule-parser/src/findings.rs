//! The findings of one rule or file, bounded.

use crate::{Diagnostic, Span, codes};

/// Collects findings up to a limit.
#[derive(Debug)]
pub(crate) struct Findings {
    list: Vec<Diagnostic>,
    limit: usize,
    errors: usize,
}

impl Findings {
    /// An empty collection of at most `limit`.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            list: Vec::new(),
            limit,
            errors: 0,
        }
    }

    /// Adds a finding; beyond the limit only its being an error counts.
    pub(crate) fn push(&mut self, finding: Diagnostic) {
        self.errors += usize::from(finding.is_error());
        if self.list.len() < self.limit {
            self.list.push(finding);
        } else if self.list.len() == self.limit {
            // LIMIT: hostile files yield a finding every two bytes.
            let place = Span::at(finding.span.start);
            let limit = self.limit;
            self.list.push(
                Diagnostic::error(codes::TOO_MANY_FINDINGS, format!("more than {limit} findings"), place)
                    .label("the first that is not listed"),
            );
        }
    }

    /// Whether an error was among them.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The findings in the order in which they came.
    pub(crate) fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}
