//! The interfaces as traffic for one reader, however many workers there are.

use std::sync::Arc;

use capture::CaptureError;

use super::super::drive::{Step, Take, Traffic};
use super::intake::{Intake, Taken};
use super::reload::Reload;

/// Frames of interfaces, and rules that are loaded meanwhile.
pub struct LiveTraffic<'r, 'l, 's> {
    pub intake: Intake,
    pub reload: &'r mut Reload<'l, 's>,
}

impl<'l, 's> Traffic for LiveTraffic<'_, 'l, 's>
where
    'l: 's,
{
    type Error = CaptureError;

    fn next(&mut self, take: &mut Take<'_>) -> Result<Step, CaptureError> {
        if let Some(rules) = self.reload.poll() {
            return Ok(Step::Rules(Arc::clone(&rules)));
        }
        Ok(
            match self.intake.next(&mut |frame| take(&mut std::iter::once(frame)))? {
                Taken::Frame => Step::Frames,
                Taken::Idle(now) => Step::Idle(now),
                Taken::End => Step::End,
            },
        )
    }
}
