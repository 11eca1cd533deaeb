//! Attaches files to the next message, and takes them off.

use super::{
    check::file_refusal,
    effect::Focus,
    model::State,
    upload::{Progress, Upload, UploadId},
};
use crate::markup::Id;
use protocol::{Refusal, file::Attachment};

impl State {
    /// Adds a file to the next message. Its id when it is to go up; none when it is refused, which shows on it.
    pub fn add_upload(&mut self, name: String, bytes: u64) -> Option<UploadId> {
        let id = UploadId(self.upload_count);
        self.upload_count += 1;
        let is_failed = |upload: &&Upload| matches!(upload.progress, Progress::Failed(_));
        let already = self.uploads.len() - self.uploads.iter().filter(is_failed).count();
        let refusal = file_refusal(&name, bytes, already, self.page.file_bytes);
        let progress = match refusal {
            Some(refusal) => Progress::Failed(self.page.word_refusal(&refusal)),
            None => Progress::Sending(0),
        };
        self.uploads.push(Upload { id, name, bytes, progress });
        refusal.is_none().then_some(id)
    }

    /// So many percent of a file are up.
    pub fn upload_progressed(&mut self, id: UploadId, percent: u32) {
        self.set_progress(id, Progress::Sending(percent));
    }

    /// The server has a file, or will not have it.
    pub fn upload_answered(&mut self, id: UploadId, answer: Result<Attachment, Refusal>) {
        let progress = match answer {
            Ok(attachment) => Progress::Done(attachment),
            Err(refusal) => Progress::Failed(self.page.word_refusal(&refusal)),
        };
        self.set_progress(id, progress);
    }

    /// Takes a file out of the next message.
    pub fn remove_upload(&mut self, id: UploadId) {
        self.uploads.retain(|upload| upload.id != id);
        self.focus(Focus::Element(Id::ComposerMessage));
    }

    /// A file of the log did not come.
    pub fn download_failed(&mut self) {
        self.notify(self.page.t("not_sent"));
    }

    /// Whether a file is still on its way.
    pub fn is_uploading(&self) -> bool {
        self.uploads.iter().any(|upload| matches!(upload.progress, Progress::Sending(_)))
    }

    /// Whether there is a file to send.
    pub(super) fn has_files(&self) -> bool {
        self.uploads.iter().any(|upload| matches!(upload.progress, Progress::Done(_)))
    }

    /// The files for a message; none are left.
    pub(super) fn take_files(&mut self) -> Vec<Attachment> {
        self.uploads
            .drain(..)
            .filter_map(|upload| match upload.progress {
                Progress::Done(attachment) => Some(attachment),
                _ => None,
            })
            .collect()
    }

    fn set_progress(&mut self, id: UploadId, progress: Progress) {
        if let Some(upload) = self.uploads.iter_mut().find(|upload| upload.id == id) {
            upload.progress = progress;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::{
        effect::Effect,
        fixture::{Panel, id},
    };
    use protocol::{Code, FileId, limits, visitor::VisitorCommand};
    use uuid::Uuid;

    fn add(panel: &mut Panel, bytes: u64) -> Option<UploadId> {
        let mut id = None;
        panel.change(|state, _| id = state.add_upload("a.png".into(), bytes));
        id
    }

    fn attachment() -> Attachment {
        Attachment {
            id: FileId(Uuid::from_u128(9)),
            name: "a.png".into(),
            media_type: "image/png".into(),
            bytes: 10,
        }
    }

    #[test]
    fn a_message_waits_for_its_files_and_takes_those_that_went_up() {
        let mut panel = Panel::in_a_chat();
        let first = add(&mut panel, 10).expect("it may go up");
        let second = add(&mut panel, 10).expect("it may go up");
        panel.change(|state, _| state.upload_progressed(first, 40));
        panel.take();
        panel.change(|state, env| state.send_message(id(50), "mira", env));
        assert_eq!(panel.sent(), [], "they are on their way");
        panel.change(|state, _| state.upload_answered(first, Ok(attachment())));
        panel.change(|state, _| {
            state.upload_answered(second, Err(Refusal::new(Code::FileType)));
        });
        assert_eq!(panel.state.uploads[1].progress, Progress::Failed("error.file_type".into()));
        panel.change(|state, env| state.send_message(id(50), "", env));
        let say =
            VisitorCommand::Say { id: id(50), text: String::new(), files: vec![attachment().id] };
        assert_eq!(panel.sent(), [say]);
        assert_eq!(panel.state.uploads, []);
    }

    #[test]
    fn files_beyond_the_limits_show_why_they_do_not_go() {
        let mut panel = Panel::in_a_chat();
        assert_eq!(add(&mut panel, 1_001), None);
        assert_eq!(
            panel.state.uploads[0].progress,
            Progress::Failed("error.file_too_large".into())
        );
        for _ in 0..limits::FILES {
            assert!(add(&mut panel, 1_000).is_some(), "a refused file takes no place");
        }
        assert_eq!(add(&mut panel, 1), None);
    }

    #[test]
    fn a_file_taken_off_is_gone_whatever_its_upload_still_tells() {
        let mut panel = Panel::in_a_chat();
        let upload = add(&mut panel, 10).expect("it may go up");
        panel.take();
        panel.change(|state, _| state.remove_upload(upload));
        assert_eq!(panel.take(), [Effect::Focus(Focus::Element(Id::ComposerMessage))]);
        panel.change(|state, _| state.upload_answered(upload, Ok(attachment())));
        assert_eq!(panel.state.uploads, []);
        assert_ne!(add(&mut panel, 10), Some(upload), "its id is not used again");
    }

    #[test]
    fn another_tickets_upload_does_not_come_along() {
        let mut panel = Panel::in_a_chat();
        let upload = add(&mut panel, 10).expect("it may go up");
        panel.change(State::start_over);
        panel.change(|state, _| state.upload_answered(upload, Ok(attachment())));
        assert_eq!(panel.state.uploads, []);
    }
}
