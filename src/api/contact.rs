//! One-time codes and messages, as AccountService serves them (A16, H2, H3).

use std::sync::Arc;

use tonic::Status;

use super::{
    call::{Call, key},
    desk::{Desk, Order, kept},
};
use crate::{
    domain::{
        account::Account,
        command::Command,
        contact,
        entity::Entity,
        message::{Channel, Message},
        reason::Reason,
        rejection::FieldViolation,
    },
    proto::v1 as pb,
    wire::{names, v1::message},
};

impl Desk {
    /// A message as callers see it.
    pub(super) fn shown_message(&self, account: &Account, entity: &Entity) -> Result<pb::Message, Status> {
        let seller = &self.program(&account.program)?.seller;
        Ok(message(kept(entity)?, seller, &self.showing(self.now())))
    }

    /// Sends a one-time code to the one address that the request names.
    pub(super) async fn send_code(
        &self,
        call: Call,
        request: pb::SendVerificationCodeRequest,
    ) -> Result<pb::Message, Status> {
        let id = self.field(names::parse_account("account", &request.account))?;
        let mut bad = Vec::new();
        let body = [&*request.email_address, &*request.mobile_number];
        let key = key(&self.links.keys, "SendVerificationCode", &request.request_id, &body, &mut bad);
        let (channel, address) = match (request.email_address.as_str(), request.mobile_number.as_str()) {
            (email, "") => (Channel::Email, email),
            ("", mobile) => (Channel::Sms, mobile),
            (_, _) => {
                let description =
                    "Give either an e-mail address or a mobile number, and send a code to each.";
                bad.push(FieldViolation::new("mobile_number", Reason::InvalidField, description));
                (Channel::Sms, "")
            }
        };
        self.check(bad)?;
        let command = Command::SendCode { channel, address: address.to_owned() };
        let entity = self.order(call, Order { account: id, command, key, until_rest: true }).await?;
        self.shown_message(&self.account(id).await?, &entity)
    }

    /// Compares an answer with the code that is waited for. The code is made for that, and forgotten.
    pub(super) async fn check_code(
        &self,
        call: Call,
        request: pb::CheckVerificationCodeRequest,
    ) -> Result<Arc<Entity>, Status> {
        let id = self.field(names::parse_account("account", &request.account))?;
        let mut bad = Vec::new();
        let channel = match request.channel() {
            pb::MessageChannel::Email => Channel::Email,
            pb::MessageChannel::Sms => Channel::Sms,
            pb::MessageChannel::Unspecified => {
                let description = "Say by which way the code was sent.";
                bad.push(FieldViolation::new("channel", Reason::InvalidField, description));
                Channel::Email
            }
        };
        let answer = request.code.trim();
        if answer.len() != 6 || !answer.bytes().all(|byte| byte.is_ascii_digit()) {
            let description = "Enter the six digits of the code.";
            bad.push(FieldViolation::new("code", Reason::InvalidField, description));
        }
        let keys = &self.links.keys;
        let body = [&*channel.to_string(), answer];
        let key = key(keys, "CheckVerificationCode", &request.request_id, &body, &mut bad);
        self.check(bad)?;
        let message = self.account(id).await?.contacts.pending(channel).map(|code| code.message);
        let matches = message.is_some_and(|message| keys.is_verification_code(message.0, answer));
        let command = Command::CheckCode { channel, message, matches };
        let entity = self.order(call, Order { account: id, command, key, until_rest: false }).await?;
        // A wrong answer that is given again is wrong again, and counts once (C7).
        if entity.get::<Message>().is_some() {
            let account = self.account(id).await?;
            let edition = self.program(&account.program)?.edition(self.clock_of(id).await?);
            return Err(self.refuse(&contact::wrong(channel, contact::remaining(&account, edition, channel))));
        }
        Ok(entity)
    }
}
