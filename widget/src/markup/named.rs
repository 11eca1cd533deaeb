//! Enums whose variants have a name in markup.

/// Declares an enum of names with `ALL`, `as_str` and, for a name that is read from the document, `named`.
macro_rules! named {
    (
        $(#[$about_enum:meta])*
        enum $Enum:ident { $($(#[$about:meta])* $Variant:ident = $name:literal,)+ }
    ) => {
        $(#[$about_enum])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $Enum { $($(#[$about])* $Variant,)+ }

        impl $Enum {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// The name in markup.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Variant => $name),+ }
            }

            /// The variant of a name in markup.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|variant| variant.as_str() == name)
            }
        }
    };
}

pub(super) use named;
