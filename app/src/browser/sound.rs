//! Short tones, made rather than loaded. Browsers refuse to play any before the agent has clicked or typed.

use super::{keys, storage};
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use web_sys::{AudioContext, OscillatorType};

thread_local! {
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Whether the agent turned sound off.
pub fn is_muted() -> bool {
    storage::get(keys::MUTED).is_some()
}

/// Turns sound off or on again.
pub fn mute(muted: bool) {
    if muted {
        storage::set(keys::MUTED, "1");
    } else {
        storage::remove(keys::MUTED);
    }
}

/// How loud it is: 1, 2 or 3.
pub fn volume() -> u8 {
    storage::get(keys::VOLUME)
        .and_then(|volume| volume.parse().ok())
        .filter(|volume| (1..=3).contains(volume))
        .unwrap_or(2)
}

/// Makes it softer or louder: 1, 2 or 3.
pub fn set_volume(volume: u8) {
    storage::set(keys::VOLUME, &volume.to_string());
}

/// A chat rings.
pub fn ring() {
    play(&[(784.0, 0.0), (988.0, 0.16), (1175.0, 0.32)]);
}

/// A message came.
pub fn chime() {
    play(&[(880.0, 0.0)]);
}

fn play(tones: &[(f32, f64)]) {
    if is_muted() || !was_used() {
        return;
    }
    CONTEXT.with_borrow_mut(|context| {
        if context.is_none() {
            *context = AudioContext::new().ok();
        }
        if let Some(context) = context {
            for (pitch, after) in tones {
                let _ = tone(context, *pitch, *after);
            }
        }
    });
}

/// Whether the agent has clicked or typed here yet; true in a browser that does not tell.
fn was_used() -> bool {
    let get = |on: &JsValue, name: &str| {
        js_sys::Reflect::get(on, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
    };
    let activation = get(&leptos::prelude::window().navigator(), "userActivation");
    activation.is_undefined() || get(&activation, "hasBeenActive").is_truthy()
}

fn tone(context: &AudioContext, pitch: f32, after: f64) -> Result<(), JsValue> {
    let start = context.current_time() + after;
    let (oscillator, gain) = (context.create_oscillator()?, context.create_gain()?);
    oscillator.set_type(OscillatorType::Sine);
    oscillator.frequency().set_value(pitch);
    gain.gain().set_value_at_time(0.0001, start)?;
    let loud = [0.04, 0.12, 0.3][usize::from(volume() - 1)];
    gain.gain().exponential_ramp_to_value_at_time(loud, start + 0.02)?;
    gain.gain().exponential_ramp_to_value_at_time(0.0001, start + 0.28)?;
    oscillator.connect_with_audio_node(&gain)?;
    gain.connect_with_audio_node(&context.destination())?;
    oscillator.start_with_when(start)?;
    oscillator.stop_with_when(start + 0.3)
}
