//! Test cards: what a payer may type into the checkout page, and how each card answers.

use axum::http::StatusCode;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::error::Refusal;

/// A card as typed into the checkout page. It is neither stored nor logged.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Card {
    /// The number, with or without blanks.
    pub card_number: String,
    /// `MM/YY` or `MM/YYYY`.
    pub expiry: String,
    /// Three or four digits.
    pub cvc: String,
    /// The holder's name.
    pub name: String,
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Card(..)")
    }
}

impl Card {
    /// 4242 4242 4242 4242: pays.
    #[must_use]
    pub fn paying() -> Self {
        Self::with_number("4242 4242 4242 4242")
    }

    /// 4000 0000 0000 0002: the bank declines.
    #[must_use]
    pub fn declined() -> Self {
        Self::with_number("4000 0000 0000 0002")
    }

    /// 4000 0000 0000 9995: there is not enough money.
    #[must_use]
    pub fn insufficient_funds() -> Self {
        Self::with_number("4000 0000 0000 9995")
    }

    /// 4000 0000 0000 0077: pays, and the webhook leaves 20 seconds later.
    #[must_use]
    pub fn delayed() -> Self {
        Self::with_number("4000 0000 0000 0077")
    }

    fn with_number(number: &str) -> Self {
        Self {
            card_number: number.to_owned(),
            expiry: "12/2099".to_owned(),
            cvc: "123".to_owned(),
            name: "Test Payer".to_owned(),
        }
    }

    /// How long the webhook of a payment with this card waits, or why the card does not pay at `now`.
    pub(crate) fn charge(&self, now: Timestamp) -> Result<SignedDuration, Refusal> {
        let number = self.digits()?;
        let (year, month) = parse_expiry(&self.expiry)?;
        if !(3..=4).contains(&self.cvc.len()) || !self.cvc.bytes().all(|b| b.is_ascii_digit()) {
            return Err(invalid_card("The security code has three or four digits."));
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 100 {
            return Err(invalid_card("Enter the name on the card, at most 100 characters."));
        }
        let today = now.to_zoned(TimeZone::UTC);
        if (year, month) < (i32::from(today.year()), i32::from(today.month())) {
            return Err(not_paid("expired_card", "The card has expired."));
        }
        answer_of(&number)
    }

    fn digits(&self) -> Result<String, Refusal> {
        let number: String = self.card_number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let plausible = (12..=19).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        if plausible && is_luhn(&number) {
            Ok(number)
        } else {
            Err(invalid_card("The card number is not valid."))
        }
    }
}

fn answer_of(number: &str) -> Result<SignedDuration, Refusal> {
    match number {
        "4242424242424242" => Ok(SignedDuration::ZERO),
        "4000000000000077" => Ok(SignedDuration::from_secs(20)),
        "4000000000000002" => Err(not_paid("card_declined", "The card was declined. Try another card.")),
        "4000000000009995" => Err(not_paid("insufficient_funds", "There is not enough money on the card.")),
        _ => Err(invalid_card("Only test cards work here, for example 4242 4242 4242 4242.")),
    }
}

fn parse_expiry(text: &str) -> Result<(i32, i32), Refusal> {
    let wrong = || invalid_card("Write the expiry date as MM/YY.");
    let digits = |part: &str, lengths: &[usize]| -> Option<i32> {
        let shaped = lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if shaped { part.parse().ok() } else { None }
    };
    let (month, year) = text.split_once('/').ok_or_else(wrong)?;
    let (month, year) = (month.trim(), year.trim());
    let month_no = digits(month, &[1, 2]).filter(|month| (1..=12).contains(month)).ok_or_else(wrong)?;
    let year_no = digits(year, &[2, 4]).ok_or_else(wrong)?;
    Ok((if year.len() == 2 { 2000 + year_no } else { year_no }, month_no))
}

/// The check digit of card numbers (ISO/IEC 7812).
fn is_luhn(number: &str) -> bool {
    let digits = number.bytes().rev().map(|b| u32::from(b - b'0'));
    let weighted = digits.enumerate().map(|(i, d)| if i % 2 == 0 { d } else { d * 2 / 10 + d * 2 % 10 });
    weighted.sum::<u32>() % 10 == 0
}

fn invalid_card(message: &str) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_card", message)
}

fn not_paid(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::PAYMENT_REQUIRED, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(change: impl FnOnce(&mut Card)) -> &'static str {
        let mut card = Card::paying();
        change(&mut card);
        card.charge("2027-03-31T23:59:59Z".parse().unwrap()).map_or_else(|refusal| refusal.code, |_| "paid")
    }

    #[test]
    fn each_test_card_answers_as_documented() {
        let now = "2027-03-01T00:00:00Z".parse().unwrap();
        assert_eq!(Card::paying().charge(now), Ok(SignedDuration::ZERO));
        assert_eq!(Card::delayed().charge(now), Ok(SignedDuration::from_secs(20)));
        assert_eq!(Card::declined().charge(now).unwrap_err().code, "card_declined");
        assert_eq!(Card::insufficient_funds().charge(now).unwrap_err().code, "insufficient_funds");
    }

    #[test]
    fn a_card_pays_until_the_end_of_its_month() {
        assert_eq!(code(|card| card.expiry = "03/27".to_owned()), "paid");
        assert_eq!(code(|card| card.expiry = "2/2027".to_owned()), "expired_card");
    }

    #[test]
    fn fields_that_are_no_card_are_refused() {
        for number in
            ["", "4242", "4242 4242 4242 4241", "4111111111111111", "4242x4242424242424", "٤٢٤٢٤٢٤٢٤٢٤٢"]
        {
            assert_eq!(code(|card| card.card_number = number.to_owned()), "invalid_card", "{number}");
        }
        for expiry in ["", "13/30", "0/30", "1230", "12/3", "12/030", "-1/30", "aa/bb", "12/99999999999"] {
            assert_eq!(code(|card| card.expiry = expiry.to_owned()), "invalid_card", "{expiry}");
        }
        for cvc in ["", "12", "12345", "1a3", "１２３"] {
            assert_eq!(code(|card| card.cvc = cvc.to_owned()), "invalid_card", "{cvc}");
        }
        for name in ["", "   ", &"x".repeat(101)] {
            assert_eq!(code(|card| card.name = name.to_owned()), "invalid_card", "{name}");
        }
    }

    #[test]
    fn a_card_is_never_written_out() {
        assert_eq!(format!("{:?}", Card::paying()), "Card(..)");
    }
}
