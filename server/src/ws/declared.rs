//! Who may send which command: declared for every variant of a socket's command, and asked before the command is done.

use crate::edge::access::Access;

/// A command of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredCommand {
    /// As it crosses the wire.
    pub name: &'static str,
    /// Who may send it, once the socket is open.
    pub access: Access,
}

/// `COMMANDS`, the table, and `access`, a command's row of it. A variant without a row does not compile.
macro_rules! commands {
    ($Command:ident { $($Variant:ident = $name:literal: $access:expr),+ $(,)? }) => {
        /// Every command, in the order of the frames.
        pub static COMMANDS: &[$crate::ws::declared::DeclaredCommand] =
            &[$($crate::ws::declared::DeclaredCommand { name: $name, access: $access }),+];

        /// Who may send it.
        pub(super) const fn access(command: &$Command) -> $crate::edge::access::Access {
            match command {
                $($Command::$Variant { .. } => $access),+
            }
        }

        #[cfg(test)]
        mod declared {
            #[test]
            fn commands_are_called_as_on_the_wire() {
                let names: Vec<_> = super::COMMANDS.iter().map(|command| command.name).collect();
                assert_eq!(names, protocol::variants::variants::<super::$Command>());
            }
        }
    };
}
pub(super) use commands;
