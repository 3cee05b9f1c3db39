//! Is this copy genuine? For anybody with a telephone: no account, no app, no script.
//!
//! The page is written here, whole, because a stranger's browser may be anything: the web view of a chat
//! program, ten years old, with scripts turned off. An installed app answers the same address by itself, also
//! without a network (`app/src/pages/verify.rs`), by the same [`judge`].

mod text;

use axum::{
    Json,
    extract::{Query, State as Shared},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    Id, Kind, Refusal,
    copy::{Checked, Code, Finding, Judgement, PublicKey, Statement, judge, ticket_number},
    sheet::Sheet,
    ticket::Ticket,
    values::Language,
};
use serde::Deserialize;

use self::text::{Words, words};
use crate::{State, error::Error, session::Peer, site, store::Reading};

/// The page's address.
pub(crate) const PATH: &str = "/verify";

/// What is asked.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// The code as it was scanned, pasted or typed.
    #[serde(default)]
    c: String,
    /// The language of the page, where its reader chose one.
    #[serde(default)]
    lang: String,
}

/// `GET /api/v1/seal`: the public key, for whoever wants to check without asking.
pub(crate) async fn key(Shared(state): Shared<State>) -> Json<Vec<PublicKey>> {
    Json(vec![state.store.key().public()])
}

/// `GET /api/v1/verify?c=…`
pub(crate) async fn verify(
    Shared(state): Shared<State>,
    peer: Peer,
    Query(asked): Query<Asked>,
) -> Result<Json<Judgement>, Error> {
    find_out(&state, peer, &asked.c).await.map(Json)
}

/// `GET /verify?c=…`: the same as a page.
pub(crate) async fn page(
    Shared(state): Shared<State>,
    peer: Peer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let language = language(&asked.lang, &headers);
    let styles = site::stylesheets(&state).await;
    let found = match asked.c.trim() {
        "" => None,
        code => Some(find_out(&state, peer, code).await),
    };
    let html = show(language, &styles, &asked.c, found.as_ref());
    let mut response = html.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

/// What can be said of a code, with everything this server knows.
async fn find_out(state: &State, peer: Peer, text: &str) -> Result<Judgement, Error> {
    let code = Code::read(text).map_err(|_| Error::Refused(Refusal::Malformed))?;
    let checked = match &code {
        Code::Whole(statement) => state.store.key().check(statement),
        Code::Short { .. } => Checked::Nothing,
    };
    // Eight digits can be guessed by whoever may guess for ever.
    let short = matches!(code, Code::Short { .. });
    let number = code.number().to_owned();
    if short {
        state.throttle.admit_guess("copy", peer.0)?;
    }
    let sought = number.clone();
    let known = state.store.read(move |reading| reading.sheets_beside(&sought)).await?;
    let judgement = judge(&code, checked, &known);
    if short && judgement.finding != Finding::Changed {
        state.throttle.forgive_guess("copy", peer.0);
    }
    Ok(judgement)
}

impl Reading<'_> {
    /// The sheet with this number and all others of its visit.
    fn sheets_beside(&self, number: &str) -> Result<Vec<Sheet>, Error> {
        let Some(ticket) = ticket_number(number) else { return Ok(Vec::new()) };
        let Some(id) = self.numbered(ticket, Kind::Ticket)? else { return Ok(Vec::new()) };
        let id: Id<Ticket> = id.parse().map_err(Error::internal)?;
        let Some(ticket) = self.find(id)? else { return Ok(Vec::new()) };
        for visit in &ticket.visits {
            let sheets: Vec<Sheet> = visit
                .sheets
                .iter()
                .filter_map(|id| self.find(*id).transpose())
                .collect::<Result<_, Error>>()?;
            if sheets.iter().any(|sheet| sheet.content.number() == number) {
                return Ok(sheets);
            }
        }
        Ok(Vec::new())
    }
}

/// What was asked for, else what the browser prefers, else Chinese.
fn language(chosen: &str, headers: &HeaderMap) -> Language {
    let preferred = headers.get(header::ACCEPT_LANGUAGE).and_then(|said| said.to_str().ok());
    let said = if chosen.is_empty() { preferred.unwrap_or_default() } else { chosen };
    if said.trim_start().to_ascii_lowercase().starts_with("en") {
        Language::English
    } else {
        Language::Chinese
    }
}

fn show(
    language: Language,
    styles: &[String],
    code: &str,
    found: Option<&Result<Judgement, Error>>,
) -> String {
    let words = words(language);
    let (lang, other) = match language {
        Language::Chinese => ("zh-CN", "en"),
        Language::English => ("en", "zh-CN"),
    };
    let links: String = styles
        .iter()
        .map(|href| format!("<link rel=\"stylesheet\" href=\"{}\">", escape(href)))
        .collect();
    let answer = match found {
        None => format!("<p class=\"verify__lead\">{}</p>", words.lead),
        Some(Ok(judgement)) => judged(words, judgement),
        Some(Err(error)) => troubled(words, error),
    };
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><link rel=\"icon\" href=\"/icons/icon.svg\" type=\"image/svg+xml\">{links}</head>\
         <body><div class=\"verify\"><header class=\"verify__head\"><strong>{brand}</strong>\
         <a class=\"verify__language\" lang=\"{other}\" href=\"{PATH}?c={code}&amp;lang={other}\">{in_other}</a></header>\
         <main class=\"verify__main\"><h1 class=\"verify__title\">{title}</h1>{answer}\
         <form class=\"verify__form\" method=\"get\" action=\"{PATH}\">\
         <input type=\"hidden\" name=\"lang\" value=\"{lang}\">\
         <label class=\"verify__label\" for=\"c\">{label}</label>\
         <textarea class=\"verify__field\" id=\"c\" name=\"c\" rows=\"3\" maxlength=\"2000\" required \
         autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" aria-describedby=\"hint\">{typed}</textarea>\
         <p class=\"verify__hint\" id=\"hint\">{hint}</p>\
         <button class=\"verify__button\" type=\"submit\">{check}</button></form>\
         <p class=\"verify__note\">{note}</p></main></div></body></html>",
        title = words.title,
        brand = words.brand,
        in_other = words.other_language,
        code = encode(code),
        typed = escape(code),
        label = words.label,
        hint = words.hint,
        check = words.check,
        note = words.note,
    )
}

fn judged(words: &Words, judgement: &Judgement) -> String {
    let Judgement { finding, statement, newest } = judgement;
    let (tone, title) = words.finding(*finding);
    let mut explained = words.explained(*finding).to_owned();
    if let Some(newest) = newest {
        explained = explained.replace("{}", &escape(newest));
    }
    let facts = statement.as_ref().map(|statement| facts(words, statement)).unwrap_or_default();
    format!(
        "<section class=\"verify__answer\" data-tone=\"{tone}\" role=\"status\">\
         <h2 class=\"verify__finding\">{title}</h2><p>{explained}</p></section>{facts}"
    )
}

/// What the reader compares with the paper in their hand.
fn facts(words: &Words, statement: &Statement) -> String {
    let fact = |label: &str, value: &str| format!("<dt>{label}</dt><dd>{}</dd>", escape(value));
    let mut list = String::new();
    list += &fact(words.number, &statement.number);
    list += &fact(words.check_code, &statement.check_code());
    list += &fact(words.given, words.given_word(statement.given));
    list += &fact(words.ended, words.ended_word(statement.ended));
    if let Some(solved) = statement.solved {
        list += &fact(words.solved, if solved { words.yes } else { words.no });
    }
    list += &fact(words.total, &format!("¥{}", statement.total.decimal()));
    list += &fact(words.at, &text::moment(statement.at));
    if let Some(seal) = &statement.seal {
        list += &fact(words.sealed, &text::moment(seal.at));
    }
    format!(
        "<p class=\"verify__lead\">{}</p><dl class=\"verify__facts\">{list}</dl>",
        words.compare
    )
}

fn troubled(words: &Words, error: &Error) -> String {
    let said = match error {
        Error::Refused(_) => words.unreadable,
        Error::TooManyAttempts { .. } => words.too_many,
        _ => words.failing,
    };
    format!(
        "<section class=\"verify__answer\" data-tone=\"neutral\" role=\"alert\"><p>{said}</p></section>"
    )
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A text as a value in an address.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_types_is_shown_and_never_run() {
        let typed = "\"><script>alert(1)</script>&c=";
        let html = show(Language::English, &[], typed, None);
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;") && html.contains("%3Cscript%3E"));
    }

    #[test]
    fn a_reader_gets_the_language_they_asked_for_or_prefer() {
        let mut headers = HeaderMap::new();
        assert_eq!(language("", &headers), Language::Chinese);
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en-GB,zh;q=0.5"));
        assert_eq!(language("", &headers), Language::English);
        assert_eq!(language("zh-CN", &headers), Language::Chinese);
    }
}
