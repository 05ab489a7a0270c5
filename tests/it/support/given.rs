//! The steps that most tests share.

use bursar::{
    env::{Clock as _, Ids as _, RandomIds, SystemClock},
    proto::v1::{
        Account, Address, CardDetails, CreateAccountRequest, CreateInvoiceRequest, GetAccountRequest,
        GetInvoiceRequest, GetPaymentMethodRequest, GetPaymentRequest, GetVerificationRequest, Hold,
        HoldState, IdentityNumber, IdentityNumberType, IndividualProfile, Invoice, LinkAttempt,
        LinkCardRequest, LinkCardResponse, LinkWalletRequest, ListLinkAttemptsRequest,
        ListPaymentMethodsRequest, ListPaymentsRequest, ListVerificationsRequest, PayInvoicesRequest,
        Payment, PaymentMethod, PaymentMethodState, SetDefaultPaymentMethodRequest,
        UnlinkPaymentMethodRequest, UpdateAccountRequest, Verification, account::Profile,
    },
};
use jiff::tz::TimeZone;
use tonic::Status;

use super::{browser, clock::Clock, eventually::eventually, money::money, world::World};

pub const ALIBABA: &str = "alibaba-cloud-intl";
pub const HUAWEI: &str = "huawei-cloud-intl";
pub const AWS: &str = "aws-inc";

pub const VISA: &str = "4242424242424242";
pub const MASTERCARD: &str = "5555555555554444";
pub const AMEX: &str = "378282246310005";
pub const JCB: &str = "3566002020360505";
pub const UNIONPAY: &str = "6200000000000005";
pub const PREPAID: &str = "5105105105105100";
pub const DECLINED: &str = "4000000000000002";
pub const INSUFFICIENT_FUNDS: &str = "4000000000009995";
/// A challenge whenever the customer is there.
pub const CHALLENGED: &str = "4000000000003220";

/// Where the shop wants the customer back.
pub const RETURN_URL: &str = "https://shop.example/back";

/// A request id that nobody used before.
pub fn request_id() -> String {
    RandomIds.uuid(SystemClock.now()).to_string()
}

/// An expiry that every test is over by.
pub fn expiry() -> String {
    let year = SystemClock.now().to_zoned(TimeZone::UTC).year() + 8;
    format!("12/{:02}", year % 100)
}

/// A card with nothing wrong with it.
pub fn card(number: &str) -> CardDetails {
    let amex = number.starts_with("34") || number.starts_with("37");
    CardDetails {
        number: number.to_owned(),
        expiry: expiry(),
        security_code: if amex { "1234" } else { "123" }.to_owned(),
        holder_name: "Ada Lovelace".to_owned(),
        company_name: String::new(),
        billing_address: Some(Address {
            street_lines: vec!["1 Marina Boulevard".to_owned()],
            city: "Singapore".to_owned(),
            administrative_area: String::new(),
            postal_code: "018989".to_owned(),
            region_code: "SG".to_owned(),
        }),
    }
}

/// A request to link that has nothing wrong with it.
pub fn link_request(account: &str, number: &str) -> LinkCardRequest {
    LinkCardRequest {
        parent: account.to_owned(),
        card: Some(card(number)),
        return_url: RETURN_URL.to_owned(),
        request_id: request_id(),
    }
}

/// A request to pay with the default method.
pub fn pay_request(account: &str, invoices: &[&str]) -> PayInvoicesRequest {
    PayInvoicesRequest {
        parent: account.to_owned(),
        invoices: invoices.iter().map(|&invoice| invoice.to_owned()).collect(),
        payment_method: String::new(),
        return_url: RETURN_URL.to_owned(),
        request_id: request_id(),
        try_other_methods: false,
    }
}

/// A request to register an account.
pub fn account_request(program: &str, country: &str, currency: &str) -> CreateAccountRequest {
    CreateAccountRequest {
        account: Some(Account {
            program: program.to_owned(),
            region_code: country.to_owned(),
            currency_code: currency.to_owned(),
            display_name: "Analytical Engines".to_owned(),
            ..Account::default()
        }),
        request_id: request_id(),
    }
}

/// A request to create an invoice that is due at once.
pub fn invoice_request(account: &str, amount: &str) -> CreateInvoiceRequest {
    CreateInvoiceRequest {
        parent: account.to_owned(),
        invoice: Some(Invoice { amount: Some(money(amount)), ..Invoice::default() }),
        request_id: request_id(),
    }
}

/// A mobile number of a country.
pub fn mobile_number(country: &str) -> &'static str {
    match country {
        "CL" => "+56961234567",
        "DE" => "+4915123456789",
        "MY" => "+60123456789",
        "SG" => "+6581234567",
        "US" => "+12015550123",
        "ZA" => "+27711234567",
        other => panic!("no mobile number of {other} is known here"),
    }
}

/// An address with nothing wrong with it.
pub fn address() -> Address {
    card(VISA).billing_address.expect("an address")
}

/// A request to tell that the customer is a person, with the number that Chile asks for.
pub fn individual_request(account: &str, country: &str) -> UpdateAccountRequest {
    let individual = IndividualProfile {
        name: "Ada Lovelace".to_owned(),
        address: Some(address()),
        industry: "Computing".to_owned(),
    };
    let rut = IdentityNumber {
        r#type: IdentityNumberType::Rut.into(),
        number: "8148691-3".to_owned(),
        ..IdentityNumber::default()
    };
    let account = Account {
        name: account.to_owned(),
        profile: Some(Profile::Individual(individual)),
        identity_number: (country == "CL").then_some(rut),
        ..Account::default()
    };
    UpdateAccountRequest { account: Some(account), update_mask: None, request_id: request_id() }
}

impl World {
    /// Registers an account and answers its name.
    pub async fn account(&self, program: &str, country: &str, currency: &str) -> String {
        let name = self.registered(program, country, currency).await;
        if program == HUAWEI {
            self.onboard(&name, country).await;
        }
        name
    }

    /// Registers an account and does nothing of what its program asks for.
    pub async fn registered(&self, program: &str, country: &str, currency: &str) -> String {
        self.create_account(account_request(program, country, currency)).await.expect("an account").name
    }

    /// Takes the steps that HUAWEI CLOUD asks for before a card (H1).
    pub async fn onboard(&self, account: &str, country: &str) {
        self.prove(account, mobile_number(country)).await;
        let request = individual_request(account, country);
        self.accounts().update_account(request).await.expect("the account is told of its customer");
    }

    /// Registers an account and puts it on a clock.
    pub async fn account_on(&self, clock: &Clock, program: &str, country: &str, currency: &str) -> String {
        let account = self.account(program, country, currency).await;
        self.attach(&account, clock).await;
        account
    }

    pub async fn create_account(&self, request: CreateAccountRequest) -> Result<Account, Status> {
        let answer = self.accounts().create_account(request).await?;
        Ok(answer.into_inner().account.expect("an account"))
    }

    pub async fn get_account(&self, name: &str) -> Account {
        let request = GetAccountRequest { name: name.to_owned() };
        let answer = self.accounts().get_account(request).await.expect("an account");
        answer.into_inner().account.expect("an account")
    }

    /// Links a card that is accepted, whatever its verification comes to.
    pub async fn link(&self, account: &str, number: &str) -> PaymentMethod {
        let answer = self.try_link(account, number).await.expect("the card is accepted");
        answer.payment_method.expect("a method")
    }

    /// Links a card.
    pub async fn try_link(&self, account: &str, number: &str) -> Result<LinkCardResponse, Status> {
        self.send_link(link_request(account, number)).await
    }

    pub async fn send_link(&self, request: LinkCardRequest) -> Result<LinkCardResponse, Status> {
        Ok(self.methods().link_card(request).await?.into_inner())
    }

    /// Links a card, through the issuer's challenge if there is one, so that it can pay.
    pub async fn active(&self, account: &str, number: &str) -> String {
        let linked = self.link(account, number).await;
        if let Some(action) = &linked.next_action {
            browser::open(&action.url).await.answer(browser::CODE).await;
        }
        let method = self.method(&linked.name).await;
        assert_eq!(method.state(), PaymentMethodState::Active, "{method:#?}");
        method.name
    }

    /// Asks to link a PayPal account.
    pub async fn try_link_wallet(&self, account: &str, wallet: &str) -> Result<PaymentMethod, Status> {
        let request = LinkWalletRequest {
            parent: account.to_owned(),
            wallet: wallet.to_owned(),
            return_url: RETURN_URL.to_owned(),
            request_id: request_id(),
        };
        let answer = self.methods().link_wallet(request).await?.into_inner();
        Ok(answer.payment_method.expect("a method"))
    }

    /// Asks to link PayPal, and has the holder of an account there agree. What comes of it, the method says.
    pub async fn link_paypal(&self, account: &str, email: &str) -> PaymentMethod {
        let method = self.try_link_wallet(account, "PAYPAL").await.expect("PayPal is offered");
        let action = method.next_action.expect("PayPal's page");
        browser::open(&action.url).await.agree_as(email).await;
        self.rested(&method.name).await
    }

    /// Waits until a method rests.
    pub async fn rested(&self, name: &str) -> PaymentMethod {
        eventually("the method rests", async || {
            let method = self.method(name).await;
            if method.state() == PaymentMethodState::PendingVerification {
                Err(format!("{method:#?}"))
            } else {
                Ok(method)
            }
        })
        .await
    }

    pub async fn method(&self, name: &str) -> PaymentMethod {
        let request = GetPaymentMethodRequest { name: name.to_owned() };
        let answer = self.methods().get_payment_method(request).await.expect("a method");
        answer.into_inner().payment_method.expect("a method")
    }

    pub async fn methods_of(&self, account: &str) -> Vec<PaymentMethod> {
        let request = ListPaymentMethodsRequest { parent: account.to_owned(), ..Default::default() };
        self.methods().list_payment_methods(request).await.expect("methods").into_inner().payment_methods
    }

    pub async fn unlink(&self, method: &str) -> Result<PaymentMethod, Status> {
        let request = UnlinkPaymentMethodRequest { name: method.to_owned(), request_id: request_id() };
        let answer = self.methods().unlink_payment_method(request).await?;
        Ok(answer.into_inner().payment_method.expect("a method"))
    }

    pub async fn set_default(&self, method: &str) -> Result<PaymentMethod, Status> {
        let request = SetDefaultPaymentMethodRequest { name: method.to_owned(), request_id: request_id() };
        let answer = self.methods().set_default_payment_method(request).await?;
        Ok(answer.into_inner().payment_method.expect("a method"))
    }

    pub async fn link_attempts(&self, account: &str) -> Vec<LinkAttempt> {
        let request = ListLinkAttemptsRequest { parent: account.to_owned(), ..Default::default() };
        self.methods().list_link_attempts(request).await.expect("attempts").into_inner().link_attempts
    }

    pub async fn verification(&self, name: &str) -> Verification {
        let request = GetVerificationRequest { name: name.to_owned() };
        let answer = self.verifications().get_verification(request).await.expect("a verification");
        answer.into_inner().verification.expect("a verification")
    }

    /// Waits until what an account's verifications took was given back, so that nothing goes on by itself.
    pub async fn quiet(&self, account: &str) {
        eventually("what verifications took is given back", async || {
            let request = ListVerificationsRequest { parent: account.to_owned(), ..Default::default() };
            let list = self.verifications().list_verifications(request).await.expect("verifications");
            let taken = |verification: &Verification| {
                let state = verification.hold.as_ref().map(Hold::state);
                matches!(state, Some(HoldState::Placed | HoldState::Releasing))
            };
            match list.into_inner().verifications.iter().find(|verification| taken(verification)) {
                Some(verification) => Err(format!("{verification:#?}")),
                None => Ok(()),
            }
        })
        .await;
    }

    /// Creates an invoice that is due at once and answers its name.
    pub async fn invoice(&self, account: &str, amount: &str) -> String {
        self.create_invoice(invoice_request(account, amount)).await.expect("an invoice").name
    }

    pub async fn create_invoice(&self, request: CreateInvoiceRequest) -> Result<Invoice, Status> {
        let answer = self.invoices().create_invoice(request).await?;
        Ok(answer.into_inner().invoice.expect("an invoice"))
    }

    pub async fn get_invoice(&self, name: &str) -> Invoice {
        let request = GetInvoiceRequest { name: name.to_owned() };
        let answer = self.invoices().get_invoice(request).await.expect("an invoice");
        answer.into_inner().invoice.expect("an invoice")
    }

    /// Pays invoices with the default method.
    pub async fn pay(&self, account: &str, invoices: &[&str]) -> Payment {
        self.send_pay(pay_request(account, invoices)).await.expect("the payment is accepted")
    }

    pub async fn send_pay(&self, request: PayInvoicesRequest) -> Result<Payment, Status> {
        Ok(self.payments().pay_invoices(request).await?.into_inner().payment.expect("a payment"))
    }

    pub async fn payment(&self, name: &str) -> Payment {
        let request = GetPaymentRequest { name: name.to_owned() };
        self.payments()
            .get_payment(request)
            .await
            .expect("a payment")
            .into_inner()
            .payment
            .expect("a payment")
    }

    pub async fn payments_of(&self, account: &str) -> Vec<Payment> {
        let request = ListPaymentsRequest { parent: account.to_owned(), ..Default::default() };
        self.payments().list_payments(request).await.expect("payments").into_inner().payments
    }
}
