//! Inboxes, and the codes that arrive there.

use bursar::proto::{
    sandbox::v1::{InboxMessage, ListInboxMessagesRequest},
    v1::{
        Account, CheckVerificationCodeRequest, ListMessagesRequest, Message, MessageChannel,
        SendVerificationCodeRequest,
    },
};
use tonic::Status;

use super::{given::request_id, world::World};

/// A request to send a code to an e-mail address or a mobile number.
pub fn code_request(account: &str, address: &str) -> SendVerificationCodeRequest {
    let (email, mobile) = if address.contains('@') { (address, "") } else { ("", address) };
    SendVerificationCodeRequest {
        account: account.to_owned(),
        email_address: email.to_owned(),
        mobile_number: mobile.to_owned(),
        request_id: request_id(),
    }
}

/// An answer to the code that was sent to an address.
pub fn answer_request(account: &str, address: &str, code: &str) -> CheckVerificationCodeRequest {
    let channel = if address.contains('@') { MessageChannel::Email } else { MessageChannel::Sms };
    CheckVerificationCodeRequest {
        account: account.to_owned(),
        channel: channel.into(),
        code: code.to_owned(),
        request_id: request_id(),
    }
}

impl World {
    /// Everything that has arrived at an address, oldest first.
    pub async fn inbox(&self, address: &str) -> Vec<InboxMessage> {
        let request = ListInboxMessagesRequest { address: address.to_owned(), ..Default::default() };
        self.inboxes().list_inbox_messages(request).await.expect("an inbox").into_inner().messages
    }

    pub async fn send_code(&self, account: &str, address: &str) -> Result<Message, Status> {
        let answer = self.accounts().send_verification_code(code_request(account, address)).await?;
        Ok(answer.into_inner().message.expect("a message"))
    }

    pub async fn answer_code(&self, account: &str, address: &str, code: &str) -> Result<Account, Status> {
        let request = answer_request(account, address, code);
        let answer = self.accounts().check_verification_code(request).await?;
        Ok(answer.into_inner().account.expect("an account"))
    }

    /// The last code that has arrived at an address.
    pub async fn code(&self, address: &str) -> String {
        let mut codes = self.inbox(address).await.into_iter().map(|message| message.code);
        codes.rfind(|code| !code.is_empty()).expect("a code")
    }

    /// Has an address proved by a code.
    pub async fn prove(&self, account: &str, address: &str) -> Account {
        self.send_code(account, address).await.expect("a code is sent");
        let code = self.code(address).await;
        self.answer_code(account, address, &code).await.expect("the code is right")
    }

    /// The account's messages, oldest first.
    pub async fn messages_of(&self, account: &str) -> Vec<Message> {
        let request = ListMessagesRequest { parent: account.to_owned(), ..Default::default() };
        self.accounts().list_messages(request).await.expect("messages").into_inner().messages
    }
}
