//! Enums that are text outside the program: in a column, on a wire, as a key of `locales/`. Each is declared once, with
//! its texts.
//!
//! ```
//! protocol::text_enum! {
//!     /// Which way a mail goes.
//!     pub enum Direction {
//!         /// To us.
//!         In = "in",
//!         /// From us.
//!         Out = "out",
//!     }
//! }
//! assert_eq!(Direction::ALL, [Direction::In, Direction::Out]);
//! assert_eq!(Direction::Out.as_text(), "out");
//! assert_eq!(Direction::from_text("in"), Ok(Direction::In));
//! assert!(Direction::from_text("up").is_err());
//! ```

use serde::{Deserializer, de};
use std::{fmt, marker::PhantomData};

#[doc(hidden)]
pub use serde;

/// What every enum of [`text_enum!`](crate::text_enum!) can do, for code that is written once for all of them.
pub trait TextEnum: Copy + Sized + 'static {
    /// The enum's name.
    const NAME: &'static str;
    /// Every variant, as declared.
    const VARIANTS: &'static [Self];
    /// Their texts, in the same order.
    const TEXTS: &'static [&'static str];

    /// Its text.
    fn as_text(self) -> &'static str;

    /// The variant with this text.
    fn find(text: &str) -> Option<Self> {
        position(Self::TEXTS, text).map(|at| Self::VARIANTS[at])
    }

    /// The variant with this text.
    ///
    /// # Errors
    /// No variant has it: whoever reads it must not guess.
    fn from_text(text: &str) -> Result<Self, UnknownText> {
        Self::find(text).ok_or_else(|| UnknownText { name: Self::NAME, text: text.to_owned() })
    }
}

// Apart from the trait, so that there is one of it.
fn position(texts: &[&str], text: &str) -> Option<usize> {
    texts.iter().position(|known| *known == text)
}

/// A text that no variant of an enum has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownText {
    /// The enum's name.
    pub name: &'static str,
    /// The text.
    pub text: String,
}

impl fmt::Display for UnknownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no {}", self.text, self.name)
    }
}

impl std::error::Error for UnknownText {}

#[doc(hidden)]
pub fn deserialize<'de, T: TextEnum, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    from.deserialize_str(Visitor(PhantomData))
}

struct Visitor<T>(PhantomData<T>);

impl<T: TextEnum> de::Visitor<'_> for Visitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::find(text).ok_or_else(|| E::unknown_variant(text, T::TEXTS))
    }
}

/// Declares an enum of variants without content, each with its text; see [`mod@crate::text_enum`].
///
/// Gives it `ALL`, `as_text`, `from_text`, `TryFrom<String>`, `Display` and serde as that text, and [`TextEnum`].
/// Derives `Clone`, `Copy`, `Debug`, `PartialEq`, `Eq` and `Hash`; attributes of the enum and of its variants are kept,
/// so that more can be derived.
#[macro_export]
macro_rules! text_enum {
    (
        $(#[$of_enum:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$of_variant:meta])* $variant:ident = $text:literal),+ $(,)?
        }
    ) => {
        $(#[$of_enum])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $visibility enum $name {
            $($(#[$of_variant])* $variant),+
        }

        impl $name {
            /// Every variant, as declared.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$variant),+];

            /// Its text, in columns, on the wire and in `locales/`.
            pub const fn as_text(self) -> &'static str {
                <Self as $crate::text_enum::TextEnum>::TEXTS[self as usize]
            }

            /// The variant with this text.
            ///
            /// # Errors
            /// No variant has it.
            pub fn from_text(text: &str) -> ::core::result::Result<Self, $crate::text_enum::UnknownText> {
                <Self as $crate::text_enum::TextEnum>::from_text(text)
            }
        }

        impl $crate::text_enum::TextEnum for $name {
            const NAME: &'static str = stringify!($name);
            const VARIANTS: &'static [Self] = &Self::ALL;
            const TEXTS: &'static [&'static str] = &[$($text),+];

            fn as_text(self) -> &'static str {
                Self::as_text(self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::text_enum::UnknownText;
            fn try_from(text: String) -> ::core::result::Result<Self, $crate::text_enum::UnknownText> {
                Self::from_text(&text)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_text())
            }
        }

        impl $crate::text_enum::serde::Serialize for $name {
            fn serialize<S: $crate::text_enum::serde::Serializer>(
                &self,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.as_text())
            }
        }

        impl<'de> $crate::text_enum::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::text_enum::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::text_enum::deserialize(from)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::TextEnum;

    crate::text_enum! {
        /// What a test reads and writes.
        #[derive(PartialOrd, Ord, Default)]
        enum Colour {
            /// Comes first.
            Red = "red",
            #[default]
            DarkBlue = "dark_blue",
        }
    }

    #[test]
    fn a_variant_is_its_text_both_ways() {
        assert_eq!(Colour::ALL, [Colour::Red, Colour::DarkBlue]);
        for colour in Colour::ALL {
            assert_eq!(Colour::from_text(colour.as_text()), Ok(colour));
            let json = serde_json::to_string(&colour).expect("JSON");
            assert_eq!(json, format!("\"{colour}\""));
            assert_eq!(serde_json::from_str::<Colour>(&json).expect("it is read back"), colour);
        }
        assert_eq!(Colour::default(), Colour::DarkBlue);
        assert!(Colour::Red < Colour::DarkBlue);
        assert_eq!(Colour::VARIANTS.len(), Colour::TEXTS.len());
    }

    #[test]
    fn an_unknown_text_is_no_variant() {
        for text in ["", "Red", "DarkBlue", "dark blue", "red "] {
            let error = Colour::from_text(text).expect_err("unknown");
            assert_eq!(error.to_string(), format!("{text:?} is no Colour"));
            assert!(serde_json::from_value::<Colour>(text.into()).is_err());
        }
        assert!(serde_json::from_str::<Colour>("0").is_err());
    }
}
