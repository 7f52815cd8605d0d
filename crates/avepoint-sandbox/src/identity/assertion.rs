//! Assertions by which a client proves that it holds a certificate's key (RFC 7523), judged without any leeway.

use jiff::{SignedDuration, Timestamp};

use super::app::App;
use super::certificate::Registered;
use super::denied::Denied;
use super::jws::{Jws, Time, seconds};
use super::used::Used;

/// How long an assertion may hold from now on.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What an assertion is judged by.
pub(super) struct Judge<'j> {
    /// Whom it may be meant for: the issuer or the token endpoint.
    pub(super) audiences: [&'j str; 2],
    pub(super) now: Timestamp,
}

impl Judge<'_> {
    /// Finds the app that an assertion is of. `beside` is the client that the form names.
    pub(super) fn app<'a>(
        &self,
        text: &str,
        beside: Option<&str>,
        find: impl Fn(&str) -> Option<(&'a App, Vec<&'a Registered>)>,
        used: &mut Used,
    ) -> Result<&'a App, Denied> {
        let denied = |reason: &str| Denied::client(format!("The assertion is refused: {reason}."));
        let assertion = Jws::read(text).ok_or_else(|| denied("it is no signed JWT"))?;
        if assertion.header.alg != "RS256" {
            return Err(denied("its alg is not RS256"));
        }
        if assertion.header.crit.is_some() {
            return Err(denied(
                "its header has a crit, which names extensions that must be understood: none is; leave crit out",
            ));
        }
        let subject = assertion.claims.text("sub").ok_or_else(|| denied("it has no sub"))?;
        if assertion.claims.text("iss") != Some(subject) {
            return Err(denied("its iss is not its sub"));
        }
        if beside.is_some_and(|beside| beside != subject) {
            return Err(denied("its sub is not the client_id of the request"));
        }
        let (app, certificates) = find(subject).ok_or_else(|| denied("its sub is no registered client"))?;
        let mut certificates = certificates.into_iter();
        let certificate = certificates
            .find(|certificate| certificate.is_named_by(&assertion.header))
            .ok_or_else(|| denied("its x5t, x5t#S256 or kid does not name a certificate of the client"))?;
        if !certificate.has_signed(assertion.signed, &assertion.signature) {
            return Err(denied("the key of the certificate that it names has not signed it"));
        }
        if !certificate.is_valid_at(self.now) {
            return Err(denied("the certificate that it names has expired, or is not valid yet"));
        }
        self.claims(&assertion, app, used).map_err(|reason| denied(&reason))?;
        Ok(app)
    }

    fn claims(&self, assertion: &Jws, app: &App, used: &mut Used) -> Result<(), String> {
        let (claims, now) = (&assertion.claims, seconds(self.now));
        let audiences = claims.texts("aud");
        if !audiences.iter().any(|audience| self.audiences.contains(audience)) {
            let [issuer, endpoint] = self.audiences;
            return Err(format!("its aud is neither {endpoint} nor {issuer}"));
        }
        match claims.time("exp") {
            Time::At(time) if time <= now => return Err("its exp has passed".to_owned()),
            Time::At(time) if time > now + LONGEST_LIFE.as_secs_f64() => {
                let most = LONGEST_LIFE.as_mins();
                return Err(format!("its exp is more than {most} minutes from now"));
            }
            Time::At(_) => {}
            Time::Missing | Time::Malformed => return Err("its exp is no number, or is missing".to_owned()),
        }
        match claims.time("nbf") {
            Time::At(time) if time > now => return Err("its nbf is still to come".to_owned()),
            Time::Malformed => return Err("its nbf is no number".to_owned()),
            Time::At(_) | Time::Missing => {}
        }
        if matches!(claims.time("iat"), Time::Malformed) {
            return Err("its iat is no number".to_owned());
        }
        let id = claims.text("jti").ok_or("it has no jti")?;
        if !used.first_use(app.id(), id, self.now, LONGEST_LIFE) {
            return Err("its jti was used before".to_owned());
        }
        Ok(())
    }
}
