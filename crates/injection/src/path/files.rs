//! Files that no API lends: of systems, of servers, of accounts. Facts, not rules: names and folders.

use crate::bytes::{is_one_of, next, part};

/// Pairs of folder and file that say enough without a root before them.
const ENDS: [&str; 25] = [
    "etc/passwd",
    "etc/shadow",
    "etc/group",
    "etc/hosts",
    "etc/issue",
    "etc/motd",
    "windows/win.ini",
    "winnt/win.ini",
    "system32/cmd.exe",
    "web-inf/web.xml",
    "meta-inf/context.xml",
    ".git/config",
    ".git/head",
    ".svn/entries",
    ".ssh/id_rsa",
    ".ssh/authorized_keys",
    ".aws/credentials",
    ".docker/config.json",
    ".kube/config",
    "wp-config.php",
    "win.ini/",
    "proc/self/environ",
    "drivers/etc/hosts",
    "etcpasswd",
    "etc/sudoers",
];

/// Folders of the root in which nothing is for callers.
const ROOTS: [&str; 11] = [
    "/etc/",
    "/proc/",
    "/var/log",
    "/root/",
    "/private/etc/",
    "/private/var/log",
    "/var/mail/",
    "/var/spool/",
    "/var/adm",
    "/usr/local/etc/",
    "/boot/",
];

/// Folders of a drive in which nothing is for callers.
const DRIVES: [&str; 16] = [
    "windows/",
    "winnt/",
    "program files",
    "php",
    "apache",
    "appserv",
    "minint",
    "inetpub",
    "xampp",
    "unattend",
    "boot.ini",
    "logs/",
    "log/",
    "sysprep",
    "home2/",
    "mysql",
];

/// Files that a path from a root, or one that leads up, is after.
const NAMES: [&str; 61] = [
    "passwd",
    "shadow",
    "boot.ini",
    "win.ini",
    "system.ini",
    "php.ini",
    "my.ini",
    "my.cnf",
    "httpd.conf",
    "httpd2.conf",
    "apache2.conf",
    "apache.conf",
    "nginx.conf",
    "sshd_config",
    "vsftpd.conf",
    "proftpd.conf",
    "proftp.conf",
    "web.config",
    "web.xml",
    "server.xml",
    "context.xml",
    "machine.config",
    "applicationhost.config",
    ".bashrc",
    ".profile",
    ".bash_profile",
    ".cshrc",
    ".forward",
    ".logout",
    "id_rsa",
    "id_dsa",
    "authorized_keys",
    "known_hosts",
    "access.log",
    "access_log",
    "error.log",
    "error_log",
    "ssl_log",
    "mysql.log",
    "mysqld.log",
    "mysql.err",
    "ntuser.dat",
    "ntuser.ini",
    "sam",
    "sysprep.inf",
    "sysprep.xml",
    "unattend.xml",
    "unattended.xml",
    "unattend.txt",
    "cmd.exe",
    "wp-config.php",
    "config.inc.php",
    "configuration.php",
    "tomcat-users.xml",
    "hosts",
    "docker.sock",
    "issue",
    "iis6.log",
    "iis7.log",
    "httpd-ssl.conf",
    "httpd-vhosts.conf",
];

/// Files that are hidden for a reason, wherever they stand.
const HIDDEN: [&str; 14] = [
    ".env",
    ".htaccess",
    ".htpasswd",
    ".passwd",
    ".bash_history",
    ".sh_history",
    ".mysql_history",
    ".rhosts",
    ".shosts",
    ".pgpass",
    ".netrc",
    ".git-credentials",
    "master.passwd",
    ".xauthority",
];

/// Folders in which everything is private, wherever they stand.
const FOLDERS: [&str; 14] = [
    "/.git/",
    "/.svn/",
    "/.ssh/",
    "/.aws/",
    "/web-inf/",
    "/.hg/",
    "/system32/",
    "/windows/repair/",
    "/windows/panther/",
    "/xampp/",
    "/inetpub/",
    "/winnt/",
    "/wwwroot/",
    "/php5/php",
];

/// Endings of settings and logs.
const ENDINGS: [&str; 8] = [".conf", ".ini", ".cnf", ".log", ".cfg", "_log", ".pem", ".err"];

/// Whether a straight path, in lower case, leads to one of them. `is_up`: it leads up, so that it counts as
/// one from a root.
pub(super) fn is_known(path: &[u8], is_up: bool) -> bool {
    let path = path.strip_prefix(b"file:").unwrap_or(path);
    let end = memchr::memchr3(0, b'?', b'#', path).unwrap_or(path.len());
    let path = path.get(..end).unwrap_or(path);
    if ends_with_one(path) || path.starts_with(b"web-inf/") {
        return true;
    }
    let drive = path.len() > 2 && path.get(1) == Some(&b':') && path.get(2) == Some(&b'/');
    let name = path.rsplit(|byte| *byte == b'/').find(|part| !part.is_empty()).unwrap_or(path);
    let is_rooted = path.first() == Some(&b'/') || drive;
    if !is_rooted && !is_up {
        return is_one_of(name, &HIDDEN)
            || path.starts_with(b".git/")
            || path.starts_with(b".ssh/");
    }
    let starts = |path: &[u8], start: &str| {
        path.starts_with(start.as_bytes()) && (!start.ends_with('/') || path.len() > start.len())
    };
    let is_root = ROOTS.iter().any(|root| starts(path, root));
    let is_drive = drive
        && DRIVES.iter().any(|folder| part(path, 3..path.len()).starts_with(folder.as_bytes()));
    is_root
        || is_drive
        || is_one_of(name, &HIDDEN)
        || NAMES.iter().any(|known| name == known.as_bytes())
        || FOLDERS.iter().any(|folder| next(path, 0, folder.as_bytes()).is_some())
        || (is_rooted || is_up) && is_setting(path, name)
}

fn ends_with_one(path: &[u8]) -> bool {
    let last = path.last();
    // Most differ in the last byte already.
    ENDS.iter().filter(|end| end.as_bytes().last() == last).any(|end| {
        let before = path.len().checked_sub(end.len() + 1).and_then(|at| path.get(at));
        path.ends_with(end.as_bytes()) && before.is_none_or(|byte| !byte.is_ascii_alphanumeric())
    })
}

/// Settings and logs of what is installed, by their ending or by a known name with another behind it.
fn is_setting(path: &[u8], name: &[u8]) -> bool {
    const PLACES: [&str; 13] = [
        "/usr/",
        "/opt/",
        "/var/",
        "/home",
        "/apache",
        "/volumes/",
        "/library/",
        "/private/",
        "/logs/",
        "/log/",
        "/program files",
        "c:/",
        "/bin/",
    ];
    let place = PLACES.iter().any(|place| {
        next(path, 0, place.as_bytes()) == Some(0) || next(path, 0, place.as_bytes()) == Some(2)
    });
    let ending = ENDINGS.iter().any(|ending| name.ends_with(ending.as_bytes()));
    let longer =
        NAMES.iter().any(|known| known.contains('.') && name.starts_with(known.as_bytes()));
    place && (ending || longer)
}
