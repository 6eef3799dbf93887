//! What rules can say of it.

use engine::buffer::tx_as;
use engine::keyword::{Keyword, Kind, Problem};
use engine::rule::{TxCheck, TxContext, TxPlace};
use packet::Direction;

use super::{FtpDataTx, NAME};

/// `ftpdata_command`: the command that asked for the data.
pub static FTPDATA_COMMAND: Keyword = Keyword {
    name: "ftpdata_command",
    aliases: &[],
    summary: "the FTP command that asked for the data",
    docs: "The command that asked for the data: `retr`, `stor`, `appe`, `stou`, `list`, `nlst` or `mlsd`. `retr` is told to \
           the client and `stor` to the server, whoever opened the connection; the others in the direction in which the \
           data goes.",
    example: "alert ftp-data any any -> any any (msg:\"a\"; ftpdata_command:stor; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let word = arg.required()?.trim().to_ascii_uppercase();
        match COMMANDS.iter().copied().find(|command| *command == word) {
            Some(command) => Ok(Box::new(Command { command })),
            None => Err(Problem::new(format!("`{word}` asks for no data"))),
        }
    }),
};

const COMMANDS: &[&str] = &["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"];

#[derive(Debug)]
struct Command {
    command: &'static str,
}

impl TxCheck for Command {
    fn places(&self) -> &[TxPlace] {
        const {
            &[TxPlace {
                protocol: NAME,
                at: [Some(0), Some(0)],
            }]
        }
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let announced = tx_as::<FtpDataTx>(context.tx).and_then(|tx| tx.announced.as_ref());
        announced.is_some_and(|announced| {
            // Suricata: these two are told by command, also where the server opened the connection (verify:
            // ftp-download-active, ftp-upload-active).
            let direction = match announced.command {
                "RETR" => Direction::ToClient,
                "STOR" => Direction::ToServer,
                _ => announced.direction,
            };
            announced.command == self.command && context.direction == direction
        })
    }
}
