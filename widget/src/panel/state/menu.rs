//! What the visitor opens, closes and switches: the menu, the sound.

use super::{
    effect::{Effect, Focus},
    model::State,
};
use crate::markup::Id;

impl State {
    /// Opens or closes the menu.
    pub fn toggle_menu(&mut self) {
        self.menu_open = !self.menu_open;
        self.focus(if self.menu_open { Focus::FirstMenuItem } else { Focus::Element(Id::Menu) });
    }

    /// Closes the menu, with the focus back on its button.
    pub fn close_menu(&mut self) {
        if self.menu_open {
            self.toggle_menu();
        }
    }

    /// With or without a sound.
    pub fn toggle_sound(&mut self) {
        self.sound = !self.sound;
        self.add_effect(Effect::KeepSound);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::state::fixture::Panel;

    #[test]
    fn the_focus_goes_into_the_menu_and_back_to_its_button() {
        let mut panel = Panel::in_a_chat();
        panel.change(|state, _| state.toggle_menu());
        assert!(panel.state.menu_open);
        assert_eq!(panel.take(), [Effect::Focus(Focus::FirstMenuItem)]);
        panel.change(|state, _| state.close_menu());
        assert!(!panel.state.menu_open);
        assert_eq!(panel.take(), [Effect::Focus(Focus::Element(Id::Menu))]);
        panel.change(|state, _| state.close_menu());
        assert_eq!(panel.take(), [], "a closed menu takes no focus away");
    }
}
