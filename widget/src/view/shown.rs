//! The attributes of an element that shows while a rule holds: the rule itself, for the browser, and `hidden`, for the
//! document.

use crate::{
    markup::{Rule, Token},
    view_model::ViewModel,
};
use leptos::attr::{Attribute, custom::custom_attribute, hidden};

pub const FORM: Rule = Rule(&[&[Token::Form]]);
pub const ANSWER: Rule = Rule(&[&[Token::Answer]]);
pub const TICKETS: Rule = Rule(&[&[Token::Tickets]]);
pub const HAS_TICKETS: Rule = Rule(&[&[Token::HasTickets]]);
pub const CONVERSATION: Rule = Rule(&[&[Token::Conversation]]);
/// At a removed site it holds what was being typed, to be copied, for as long as there is something.
pub const COMPOSER: Rule =
    Rule(&[&[Token::Conversation, Token::CanWrite], &[Token::Conversation, Token::HasText]]);
pub const NO_COMPOSER: Rule = Rule(&[&[Token::Conversation, Token::CannotWrite]]);
pub const CAN_WRITE: Rule = Rule(&[&[Token::CanWrite]]);
pub const ENDED: Rule = Rule(&[&[Token::Ended, Token::CanWrite]]);
pub const RATING: Rule = Rule(&[&[Token::Rateable, Token::NotRated]]);
pub const RATING_DONE: Rule = Rule(&[&[Token::Rateable, Token::Rated]]);

pub const SUBJECT: Rule = Rule(&[&[Token::Open], &[Token::HasSubject]]);
pub const CLOSED: Rule = Rule(&[&[Token::Closed]]);

pub const NOT_KEPT: Rule = Rule(&[&[Token::Conversation, Token::NotKept]]);
pub const REQUEST: Rule = Rule(&[&[Token::Request]]);
/// The card above the log. What is being typed into it does not go with the waiting.
pub const CARD: Rule = Rule(&[&[Token::Request], &[Token::Waiting], &[Token::GivingContact]]);
pub const MAY_LEAVE_REQUEST: Rule = Rule(&[&[Token::Waiting, Token::CanWrite]]);
pub const REQUEST_MAY_START_OVER: Rule = Rule(&[&[Token::Request, Token::CanWrite]]);
pub const RUNNING: Rule = Rule(&[&[Token::Running]]);
pub const MAY_START_OVER: Rule = Rule(&[&[Token::NotRunning, Token::CanWrite]]);
pub const HAS_EMAIL: Rule = Rule(&[&[Token::HasEmail]]);
pub const NO_EMAIL: Rule = Rule(&[&[Token::NoEmail]]);
pub const TRANSCRIPT_TO_EMAIL: Rule = Rule(&[&[Token::HasEmail, Token::NoTranscript]]);
pub const TRANSCRIPT_ASKS: Rule = Rule(&[&[Token::NoEmail, Token::NoTranscript]]);
pub const MAILED: Rule = Rule(&[&[Token::HasEmail], &[Token::NoTranscript]]);
pub const SOUND: Rule = Rule(&[&[Token::Sound]]);

pub const HEADER_CHAT: Rule = Rule(&[&[Token::HeaderChat]]);
pub const HEADER_HELP: Rule = Rule(&[&[Token::HeaderHelp]]);
pub const HEADER_TICKET: Rule = Rule(&[&[Token::HeaderTicket]]);
pub const HEADER_WAITING: Rule = Rule(&[&[Token::HeaderWaiting]]);
pub const HEADER_AGENT: Rule = Rule(&[&[Token::HeaderAgent]]);
pub const HEADER_ENDED: Rule = Rule(&[&[Token::HeaderEnded]]);
pub const SOMEBODY_IS_HERE: Rule = Rule(&[&[Token::HeaderChat], &[Token::HeaderAgent]]);
pub const NOBODY_IS_HERE: Rule = Rule(&[&[Token::HeaderHelp], &[Token::HeaderWaiting]]);

/// `data-show` and `hidden` of an element with this rule.
pub fn shown(model: &ViewModel, rule: Rule) -> impl Attribute + use<> {
    let rule = rule.to_attribute();
    let is_hidden = !model.shows(&rule);
    (custom_attribute("data-show", rule), hidden(is_hidden))
}
