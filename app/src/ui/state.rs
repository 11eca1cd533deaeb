//! How a ticket's state looks.

use protocol::entry::Category;

/// The class of a ticket state's tag.
pub fn state_class(category: Category) -> &'static str {
    match category {
        Category::Open => "tag away name",
        Category::Waiting => "tag live name",
        Category::Closed => "tag name",
    }
}
