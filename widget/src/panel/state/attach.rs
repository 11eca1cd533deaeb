//! Attaches files to the next message, and takes them off.

use super::{
    check::file_refusal,
    effect::{Effect, Focus},
    model::{Environment, State},
    upload::{Progress, Upload, UploadId},
};
use crate::markup::Id;
use protocol::{Code, EntryId, Refusal, file::Attachment};
use std::time::Duration;

/// A file that did not arrive is tried again after this, also where the connection is not known to have been lost.
const UPLOAD_AGAIN: Duration = Duration::from_secs(15);

impl State {
    /// Adds a file to the next message; one that `goes` already is a message of its own once it is up. Its id when it
    /// is to go up; none when it is refused, which shows on it.
    pub fn add_upload(&mut self, name: String, bytes: u64, goes: bool) -> Option<UploadId> {
        let id = UploadId(self.upload_count);
        self.upload_count += 1;
        let is_failed = |upload: &&Upload| matches!(upload.progress, Progress::Failed(_));
        let already = self.uploads.len() - self.uploads.iter().filter(is_failed).count();
        let refusal = file_refusal(&name, bytes, already, self.page.file_bytes);
        let progress = Progress::Sending(0);
        self.uploads.push(Upload { id, name, bytes, progress, is_put_off: false, goes });
        match refusal {
            Some(refusal) => {
                self.refuse(id, &refusal);
                None
            }
            None => {
                self.add_effect(Effect::Upload(id));
                Some(id)
            }
        }
    }

    /// So many percent of a file are up.
    pub fn upload_progressed(&mut self, id: UploadId, percent: u32) {
        self.set_progress(id, Progress::Sending(percent));
    }

    /// The server has a file, or will not have it, or did not hear of it. `message` is a fresh id, for files that go by
    /// themselves.
    pub fn upload_answered(
        &mut self,
        id: UploadId,
        answer: Result<Attachment, Refusal>,
        message: EntryId,
        env: &Environment,
    ) {
        match answer {
            Ok(attachment) => self.set_progress(id, Progress::Done(attachment)),
            Err(refusal) if refusal.code.is_passing() => {
                let words = match refusal.code {
                    Code::TryAgain => self.page.t("upload_waits"),
                    _ => self.page.word_refusal(&refusal),
                };
                let is_put_off = refusal.code != Code::TryAgain;
                if let Some(upload) = self.uploads.iter_mut().find(|upload| upload.id == id) {
                    upload.is_put_off = is_put_off;
                    upload.progress = Progress::Waiting(words);
                }
                self.upload_at = env.now + UPLOAD_AGAIN;
            }
            Err(refusal) => self.refuse(id, &refusal),
        }
        let is_under_way = |upload: &Upload| {
            upload.goes && matches!(upload.progress, Progress::Sending(_) | Progress::Waiting(_))
        };
        if !self.uploads.iter().any(is_under_way) {
            let files = self.take_files(true);
            if !files.is_empty() {
                self.deliver(message, String::new(), files, env);
            }
        }
    }

    /// *Reintentar* on a file.
    pub fn retry_upload(&mut self, id: UploadId) {
        self.focus(Focus::Element(Id::ComposerMessage));
        self.upload_again(|upload| upload.id == id);
    }

    /// The server is there again: what did not arrive goes up. What it had no room for waits on: this panel may come
    /// and go with what it has to deliver.
    pub(super) fn upload_what_waits(&mut self) {
        self.upload_again(|upload| !upload.is_put_off);
    }

    /// Time has passed.
    pub(super) fn upload_what_is_due(&mut self, env: &Environment) {
        if self.upload_at <= env.now {
            self.upload_again(|_| true);
        }
    }

    fn upload_again(&mut self, is_meant: impl Fn(&Upload) -> bool) {
        let mut again = Vec::new();
        for upload in &mut self.uploads {
            if matches!(upload.progress, Progress::Waiting(_)) && is_meant(upload) {
                upload.progress = Progress::Sending(0);
                again.push(Effect::Upload(upload.id));
            }
        }
        for effect in again {
            self.add_effect(effect);
        }
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

    /// Whether a file of the next message is still on its way.
    pub fn is_uploading(&self) -> bool {
        let is_sending = |it: &Upload| !it.goes && matches!(it.progress, Progress::Sending(_));
        self.uploads.iter().any(is_sending)
    }

    /// Whether there is a file to send.
    pub(super) fn has_files(&self) -> bool {
        self.uploads.iter().any(|upload| matches!(upload.progress, Progress::Done(_)))
    }

    /// Whether a file has not arrived: it waits for the server to be there again, or is being tried.
    pub(super) fn has_waiting_files(&self) -> bool {
        let is_under_way =
            |it: &Upload| matches!(it.progress, Progress::Sending(_) | Progress::Waiting(_));
        self.uploads.iter().any(is_under_way)
    }

    /// What waits is sent off too, and goes once it is up.
    pub(super) fn let_waiting_files_go(&mut self) {
        for upload in &mut self.uploads {
            upload.goes |= matches!(upload.progress, Progress::Waiting(_));
        }
    }

    /// The files for a message, or those that go by themselves; what was refused goes away with a message.
    pub(super) fn take_files(&mut self, goes: bool) -> Vec<Attachment> {
        let mut files = Vec::new();
        self.uploads.retain(|upload| match &upload.progress {
            _ if upload.goes != goes => true,
            Progress::Done(attachment) => {
                files.push(attachment.clone());
                false
            }
            Progress::Failed(_) => false,
            Progress::Sending(_) | Progress::Waiting(_) => true,
        });
        files
    }

    /// Shows on a file why it will not go, and says so.
    fn refuse(&mut self, id: UploadId, refusal: &Refusal) {
        let words = self.page.word_refusal(refusal);
        if let Some(upload) = self.uploads.iter_mut().find(|upload| upload.id == id) {
            // It goes nowhere by itself any more, and with the next message it goes away.
            upload.goes = false;
            let said = [&*upload.name, ": ", &*words].concat();
            upload.progress = Progress::Failed(words);
            self.say(said);
        }
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
    use crate::{
        page::PanelPage,
        panel::state::{
            HostMessage,
            fixture::{Panel, active, entries, entry, id, kept, own, page},
            model::Stored,
        },
    };
    use protocol::{
        FileId, limits,
        visitor::{VisitorChat, VisitorCommand},
    };
    use uuid::Uuid;

    fn add(panel: &mut Panel, bytes: u64) -> Option<UploadId> {
        let mut id = None;
        panel.change(|state, _| id = state.add_upload("a.png".into(), bytes, false));
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

    fn answered(panel: &mut Panel, upload: UploadId, answer: Result<Attachment, Refusal>) {
        panel.change(|state, env| state.upload_answered(upload, answer, id(60), env));
    }

    /// What goes up, and the messages with files that are said.
    fn under_way(panel: &mut Panel) -> (usize, usize) {
        let done = panel.take();
        let uploads = done.iter().filter(|done| matches!(done, Effect::Upload(_))).count();
        let says = |done: &&Effect| matches!(done, Effect::Send(VisitorCommand::Say { files, .. }) if !files.is_empty());
        (uploads, done.iter().filter(says).count())
    }

    #[test]
    fn a_file_that_did_not_arrive_outlives_the_next_message_and_follows_it_once_the_connection_is_back()
     {
        let mut panel = Panel::in_a_chat();
        let upload = add(&mut panel, 10).expect("it may go up");
        panel.closed(1006);
        answered(&mut panel, upload, Err(Refusal::new(Code::TryAgain)));
        let waits = Progress::Waiting("panel.upload_waits".into());
        assert_eq!(panel.state.uploads[0].progress, waits);
        panel.take();
        panel.change(|state, env| state.send_message(id(50), "mira", env));
        assert_eq!(panel.state.uploads[0].progress, waits);
        assert_eq!(panel.stored().unsent.len(), 1, "the text is on its way");
        panel.welcome(active());
        assert_eq!(under_way(&mut panel), (1, 0));
        answered(&mut panel, upload, Ok(attachment()));
        assert_eq!((under_way(&mut panel), panel.state.uploads.len()), ((0, 1), 0));
        assert_eq!(
            panel.state.notice, "panel.reconnected",
            "what goes by itself takes no word back"
        );
    }

    #[test]
    fn a_file_that_did_not_arrive_is_tried_again_also_where_the_socket_stayed() {
        let mut panel = Panel::in_a_chat();
        let upload = add(&mut panel, 10).expect("it may go up");
        answered(&mut panel, upload, Err(Refusal::new(Code::TryAgain)));
        panel.take();
        panel.almost_wait(UPLOAD_AGAIN);
        assert_eq!(under_way(&mut panel), (0, 0));
        panel.wait(Duration::from_millis(1));
        assert_eq!(under_way(&mut panel), (1, 0));
        answered(&mut panel, upload, Err(Refusal::new(Code::TryAgain)));
        panel.take();
        panel.change(State::network_back);
        assert_eq!(under_way(&mut panel), (1, 0), "at once where the network is back");
    }

    #[test]
    fn a_file_that_the_server_has_no_room_for_is_not_tried_in_a_loop_behind_a_closed_panel() {
        for code in [Code::RateLimited, Code::StorageFull] {
            let stored = Stored { ticket: Some(kept("CO-1")), ..Stored::default() };
            let mut panel = Panel::new(PanelPage { embed: true, ..page() }, stored);
            let host = |panel: &mut Panel, message| {
                panel.change(|state, env| state.on_host_message(message, env));
            };
            host(&mut panel, HostMessage::Open { page: None });
            panel.welcome(VisitorChat::Ended { rated: false, attended: true });
            panel.event(entries(vec![entry(1, own("hola"))]));
            let upload = add(&mut panel, 10).expect("it may go up");
            host(&mut panel, HostMessage::Close);
            answered(&mut panel, upload, Err(Refusal::new(code)));
            panel.take();
            // The socket stays for it, and where it is opened anew nothing goes up before its time.
            panel.wait(Duration::from_secs(1));
            assert_eq!(panel.take(), [], "{code:?}");
            panel.closed(1006);
            panel.welcome(VisitorChat::Ended { rated: false, attended: true });
            assert_eq!(under_way(&mut panel), (0, 0), "{code:?}");
            panel.wait(UPLOAD_AGAIN);
            assert_eq!(under_way(&mut panel), (1, 0), "{code:?}");
            panel.wait(Duration::from_secs(1));
            assert!(!panel.take().contains(&Effect::Disconnect), "it is on its way");
        }
    }

    #[test]
    fn a_file_alone_is_sent_off_without_a_connection_too() {
        let mut panel = Panel::in_a_chat();
        let upload = add(&mut panel, 10).expect("it may go up");
        answered(&mut panel, upload, Err(Refusal::new(Code::TryAgain)));
        panel.change(|state, env| state.send_message(id(50), "", env));
        panel.take();
        panel.change(|state, _| state.retry_upload(upload));
        assert_eq!(under_way(&mut panel), (1, 0));
        assert!(!panel.state.is_uploading(), "the next message need not wait for it");
        answered(&mut panel, upload, Ok(attachment()));
        assert_eq!(under_way(&mut panel), (0, 1));
    }

    #[test]
    fn a_file_that_was_not_sent_off_waits_for_it_when_it_is_up() {
        let mut panel = Panel::in_a_chat();
        let upload = add(&mut panel, 10).expect("it may go up");
        answered(&mut panel, upload, Err(Refusal::new(Code::TryAgain)));
        panel.take();
        panel.closed(1006);
        panel.welcome(active());
        assert_eq!(under_way(&mut panel), (1, 0));
        answered(&mut panel, upload, Ok(attachment()));
        assert_eq!((under_way(&mut panel), panel.state.uploads.len()), ((0, 0), 1));
    }

    #[test]
    fn a_refused_file_is_said_each_time() {
        let mut panel = Panel::in_a_chat();
        let mut said = vec![panel.state.alert.clone()];
        for _ in 0..2 {
            panel.change(|state, _| _ = state.add_upload("malo.exe".into(), 1, false));
            assert_eq!(panel.state.alert.trim_end(), "malo.exe: error.file_type");
            assert!(!said.contains(&panel.state.alert), "the same words would not be read out");
            said = vec![panel.state.alert.clone()];
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
        answered(&mut panel, first, Ok(attachment()));
        answered(&mut panel, second, Err(Refusal::new(Code::FileType)));
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
        answered(&mut panel, upload, Ok(attachment()));
        assert_eq!(panel.state.uploads, []);
        assert_ne!(add(&mut panel, 10), Some(upload), "its id is not used again");
    }

    #[test]
    fn another_tickets_upload_does_not_come_along() {
        let mut panel = Panel::in_a_chat();
        let upload = add(&mut panel, 10).expect("it may go up");
        panel.change(State::start_over);
        answered(&mut panel, upload, Ok(attachment()));
        assert_eq!(panel.state.uploads, []);
    }
}
