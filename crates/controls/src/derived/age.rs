//! What a date tells: an age, a year.

use portcullis_model::Date;

use super::Unread;
use super::calendar::CalendarDay;

/// Years that somebody may have lived; the oldest of whom it is known were 122.
pub const AGE_YEARS_MAX: u16 = 125;

/// Whether somebody who was born on the day that `birth` says has lived `years` years.
pub(super) fn is_at_least(years: u8, birth: &str, today: Date) -> Result<bool, Unread> {
    let birth = CalendarDay::read(birth).ok_or(Unread::NotADate)?;
    let today = CalendarDay::of(today);
    if birth > today {
        return Err(Unread::InFuture);
    }
    let age = age(birth, today);
    if age > AGE_YEARS_MAX {
        return Err(Unread::TooLongAgo);
    }
    Ok(age >= u16::from(years))
}

/// Whole years from `birth`, which is not after `today`. 28 February is before 29 February, so who was
/// born on the latter completes a year on 1 March where there is no such day.
fn age(birth: CalendarDay, today: CalendarDay) -> u16 {
    let is_birthday_to_come = (today.month, today.day) < (birth.month, birth.day);
    today.year.saturating_sub(birth.year).saturating_sub(u16::from(is_birthday_to_come))
}

/// The year of a date, in four digits.
pub(super) fn year(date: &str) -> Result<String, Unread> {
    let day = CalendarDay::read(date).ok_or(Unread::NotADate)?;
    Ok(format!("{:04}", day.year))
}
