//! Whole numbers that no 64 bits hold. Some readers wrap them, others round them, others stop: beyond, a number is
//! read in as many ways as there are languages. A contract that means such numbers says so with a `maximum`.

use portcullis_contract::{Bounds, Parameter, Schema, Shape, Shapes, Types};
use portcullis_json::Value;
use portcullis_model::Refusal;

use super::refusal;
use crate::declared::{Standing, each};
use crate::face::Judgement;

/// The smallest and the largest whole number of 64 bits, with and without a sign.
const LEAST: i128 = -(1 << 63);
const MOST: i128 = (1 << 64) - 1;

/// Judges every whole number in a body of this schema.
pub fn judge_whole_numbers(
    shapes: &Shapes,
    value: Value<'_>,
    schema: Option<&Schema>,
) -> Judgement<()> {
    let shape = schema.map(|schema| schema.shape);
    let judged = each(shapes, value, shape, &mut |standing: &Standing<'_, '_>| {
        let (Some(lexeme), Some(shape)) = (standing.value.as_number(), standing.shape) else {
            return Ok(());
        };
        if fits_shape(lexeme, shapes.get(shape)) {
            Ok(())
        } else {
            Err(told(&standing.place("body")))
        }
    });
    match judged {
        Ok(()) => Judgement::Pass(()),
        Err(refusal) => Judgement::Refuse(refusal, ()),
    }
}

/// Judges one value of a parameter.
pub(super) fn judge_value(
    shapes: &Shapes,
    parameter: &Parameter,
    text: &str,
) -> Result<(), Refusal> {
    let Some(schema) = &parameter.schema else { return Ok(()) };
    let shape = shapes.get(schema.shape);
    let shape = if shape.types.contains(Types::ARRAY) { shape.item(shapes) } else { Some(shape) };
    match shape {
        Some(shape) if !fits_shape(text, shape) => {
            Err(told(&format!("{}.{}", parameter.place.name(), parameter.name)))
        }
        _ => Ok(()),
    }
}

fn told(place: &str) -> Refusal {
    let detail = format!(
        "`{place}`: a whole number that no 64 bits hold, which is read in several ways; a `maximum` (`minimum`) in its \
         schema says that it is meant"
    );
    refusal("whole_number_range", detail)
}

fn fits_shape(lexeme: &str, shape: &Shape) -> bool {
    fits(lexeme, shape.types, shape.bounds)
}

/// Whether a number fits, as far as nothing else bounds it. Only what is declared an integer is asked.
fn fits(lexeme: &str, types: Types, bounds: Bounds) -> bool {
    let is_asked = types.intersects(Types::INTEGER) && !types.contains(Types::NUMBER);
    let is_bounded = if lexeme.starts_with('-') { bounds.has_least } else { bounds.has_most };
    // Most are short.
    if !is_asked || is_bounded || lexeme.len() <= 18 && !lexeme.contains(['e', 'E']) {
        return true;
    }
    if let Ok(value) = lexeme.parse::<i128>() {
        return (LEAST..=MOST).contains(&value);
    }
    // With a fraction or an exponent; or with more digits than fit, or none at all, which the schema refuses.
    let is_real = lexeme.contains(['.', 'e', 'E']);
    is_real && lexeme.parse::<f64>().is_ok_and(|value| value.abs() < MOST as f64)
        || lexeme.contains(|one: char| !one.is_ascii_digit() && !"+-.eE".contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_fits_64_bits_unless_its_schema_bounds_it() {
        let (none, bounded) = (Bounds::default(), Bounds { has_most: true, ..Bounds::default() });
        for lexeme in [
            "0",
            "-1",
            "9007199254740993",
            "18446744073709551615",
            "-9223372036854775808",
            "1e18",
            "5.0",
        ] {
            assert!(fits(lexeme, Types::INTEGER, none), "{lexeme}");
        }
        let wide = [
            "18446744073709551616",
            "-9223372036854775809",
            "1e30",
            "123456789012345678901234567890.0",
            "99999999999999999999999999999999999999999999999999999999999999",
        ];
        for lexeme in wide {
            assert!(!fits(lexeme, Types::INTEGER, none), "{lexeme}");
            assert!(fits(lexeme, Types::NUMBER, none), "{lexeme}");
            assert!(fits(lexeme, Types::INTEGER, bounded) || lexeme.starts_with('-'), "{lexeme}");
        }
    }
}
