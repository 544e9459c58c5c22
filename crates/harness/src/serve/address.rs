//! Where a peer is, or is to come.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// `HOST:PORT`: a name or a number, and a TCP port.
///
/// ```
/// use tunion_harness::serve::Address;
/// let address: Address = "127.0.0.1:35963".parse()?;
/// assert_eq!((address.host(), address.port()), ("127.0.0.1", 35_963));
/// assert_eq!("[::1]:9000".parse::<Address>()?.to_string(), "[::1]:9000");
/// let error = "127.0.0.1".parse::<Address>().unwrap_err();
/// assert_eq!(error.to_string(), "`127.0.0.1` is no HOST:PORT: write it as in 127.0.0.1:35963");
/// # Ok::<(), tunion_harness::serve::address::NoAddress>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// The vpcd reader of this machine.
    #[must_use]
    pub fn local_reader() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: super::vpcd::PORT }
    }

    /// Name or number; a number of IPv6 without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port; 0 where the system is to choose one.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl From<SocketAddr> for Address {
    fn from(socket: SocketAddr) -> Self {
        Self { host: socket.ip().to_string(), port: socket.port() }
    }
}

/// A text that is no [`Address`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoAddress(String);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && is_number(port) && port.parse::<u16>().is_err() => {
                write!(f, "`{text}` has no port that there is: ports are 0 to 65535")
            }
            _ => write!(f, "`{text}` is no HOST:PORT: write it as in {}", Address::local_reader()),
        }
    }
}

impl std::error::Error for NoAddress {}

/// Digits, with a sign or without.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl FromStr for Address {
    type Err = NoAddress;

    /// # Errors
    /// No colon, no host, a port that is none of 0 to 65535, or IPv6 without brackets.
    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let none = || NoAddress(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(none)?;
        let port = port.parse().map_err(|_| none())?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        match bare.unwrap_or(host) {
            "" => Err(none()),
            host if host.contains(':') != bare.is_some() => Err(none()),
            host => Ok(Self { host: host.to_owned(), port }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address() {
        for text in [
            "",
            ":",
            ":1",
            "localhost",
            "localhost:",
            "localhost:x",
            "h:65536",
            "h:-1",
            "::1:5",
            "[h]:5",
            "[]:5",
        ] {
            assert_eq!(text.parse::<Address>(), Err(NoAddress(text.to_owned())));
        }
        for text in ["h:65536", "h:99999999999999999999", "h:-1"] {
            let said = text.parse::<Address>().unwrap_err().to_string();
            assert_eq!(said, format!("`{text}` has no port that there is: ports are 0 to 65535"));
        }
        for text in ["localhost:0", "h:65535", "[::1]:5"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }
}
