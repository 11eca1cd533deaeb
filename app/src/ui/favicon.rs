//! The tab's picture.

/// A speech bubble in the brand's colour.
pub const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E\
%3Crect width='24' height='24' rx='6' fill='%230054b7'/%3E%3Cpath d='M6 7h12v8h-7l-4 3v-3H6z' fill='%23fff'/%3E%3C/svg%3E";

/// The same with a mark: something is new.
pub const MARKED: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E\
%3Crect width='24' height='24' rx='6' fill='%230054b7'/%3E%3Cpath d='M6 7h12v8h-7l-4 3v-3H6z' fill='%23fff'/%3E\
%3Ccircle cx='18' cy='6' r='6' fill='%23d92d20' stroke='%23fff' stroke-width='1.5'/%3E%3C/svg%3E";
