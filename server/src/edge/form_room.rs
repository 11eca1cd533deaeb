//! How much memory the texts of forms may take that are being read: whoever sends many long ones and does not come to
//! an end must not exhaust the server.

use crate::settings::Network;
use protocol::{Code, Refusal};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Bytes of a form that are its own: what nearly every form has, so that those go on when there is no room for long
/// ones. As many connections as there may be have room for it.
const OWN: usize = 16 * 1024;
/// Bytes that all forms together may take beside that.
const ALL: usize = 64 * 1024 * 1024;
/// Bytes that those of one client may take: five of the longest.
const OF_ONE_CLIENT: usize = ALL / 4;

/// The room of the server.
#[derive(Default)]
pub(crate) struct Room {
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    clients: HashMap<Network, usize>,
}

/// What a form may take of the server's [`Room`], as a request carries it: extensions are shared, and this is one
/// form's.
#[derive(Clone, Default)]
pub(crate) struct FormRoom(Arc<Mutex<Held>>);

impl FormRoom {
    pub(crate) fn new(held: Held) -> Self {
        Self(Arc::new(Mutex::new(held)))
    }

    /// The form's own; nothing is left.
    pub(super) fn take(&self) -> Held {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What one form takes of it, given back when this is dropped.
#[derive(Default)]
pub(crate) struct Held {
    /// None where nobody counts.
    counted: Option<(Arc<Room>, Network)>,
    /// Bytes, its own ones too.
    bytes: usize,
}

impl Room {
    /// For a form of this client's; nothing is taken yet.
    pub(crate) fn form(self: &Arc<Self>, client: Network) -> Held {
        Held { counted: Some((self.clone(), client)), bytes: 0 }
    }

    /// Takes so many bytes; false when there are not so many. This machine tells no clients apart.
    fn take(&self, client: Network, bytes: usize) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_client = taken.clients.get(&client).copied().unwrap_or_default() + bytes;
        let is_full =
            taken.all + bytes > ALL || (of_client > OF_ONE_CLIENT && !client.is_loopback());
        if !is_full {
            taken.all += bytes;
            taken.clients.insert(client, of_client);
        }
        !is_full
    }

    fn give_back(&self, client: Network, bytes: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= bytes;
        if let Some(of_client) = taken.clients.get_mut(&client) {
            *of_client -= bytes;
            if *of_client == 0 {
                taken.clients.remove(&client);
            }
        }
    }
}

impl Held {
    /// Appends what came to a text. Grows it in small steps: what doubles takes twice as much as it has.
    ///
    /// # Errors
    /// [`Code::TryAgain`] when there is no room for it at the moment.
    pub(crate) fn append(&mut self, text: &mut Vec<u8>, chunk: &[u8]) -> Result<(), Refusal> {
        let wanted = text.len() + chunk.len();
        if wanted > text.capacity() {
            let capacity = wanted + wanted / 4;
            self.grow(capacity - text.capacity())?;
            text.reserve_exact(capacity - text.len());
        }
        text.extend_from_slice(chunk);
        Ok(())
    }

    fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        let counted = |bytes: usize| bytes.saturating_sub(OWN);
        let more = counted(self.bytes + bytes) - counted(self.bytes);
        if let Some((room, client)) = &self.counted
            && more > 0
            && !room.take(*client, more)
        {
            return Err(Refusal::new(Code::TryAgain));
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let bytes = self.bytes.saturating_sub(OWN);
        if let Some((room, client)) = &self.counted
            && bytes > 0
        {
            room.give_back(*client, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(n: u8) -> Network {
        Network::of_client([203, 0, 113, n].into())
    }

    /// A form that has read so many bytes.
    fn form(room: &Arc<Room>, client: Network, bytes: usize) -> Result<(Held, Vec<u8>), Refusal> {
        let (mut held, mut text) = (room.form(client), Vec::new());
        for _ in 0..bytes / 1024 {
            held.append(&mut text, &[b'x'; 1024])?;
        }
        Ok((held, text))
    }

    #[test]
    fn long_forms_of_one_client_leave_room_for_those_of_others_and_short_ones_are_always_taken() {
        let room = Arc::<Room>::default();
        let long = 1024 * 1024;
        let flood: Vec<_> = (0..100).map_while(|_| form(&room, client(1), long).ok()).collect();
        assert!((8..=16).contains(&flood.len()), "{}", flood.len());
        assert!(form(&room, client(2), long).is_ok());
        let many: Vec<_> = (3..100).map_while(|n| form(&room, client(n), 8 * long).ok()).collect();
        let held: usize = many.iter().chain(&flood).map(|(_, text)| text.capacity()).sum();
        assert!(held <= ALL + 200 * OWN, "{held}");
        assert_eq!(form(&room, client(200), 8 * long).err().unwrap().code, Code::TryAgain);
        assert!(form(&room, client(200), 8 * 1024).is_ok(), "a short one");
        drop((flood, many));
        assert!(form(&room, client(1), 8 * long).is_ok(), "all of it was given back");
        let taken = room.taken.lock().unwrap();
        assert!(taken.all == 0 && taken.clients.is_empty());
    }
}
