//! Chinese banks as the gateway lists them. Each plays how long banks take to answer, and what they say.

use jiff::SignedDuration;

use super::Reason;

/// A bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) struct Bank {
    /// The gateway's code; never that of another bank that sounds alike (CMB is not CMBC, CIB not CITIC).
    pub code: &'static str,
    pub chinese: &'static str,
    pub english: &'static str,
    /// What it plays.
    pub description: &'static str,
    /// How long it works on a payment. Nothing: it answers on the spot.
    pub works: SignedDuration,
    /// Why it refuses; `None`: it approves.
    pub refuses: Option<Reason>,
    /// How often it tells of its answer.
    pub notifies: u8,
    /// Whether it refuses to make final what it has approved, and takes the money all the same, much later.
    pub takes_after_all: bool,
}

const fn bank(code: &'static str, chinese: &'static str, english: &'static str) -> Bank {
    Bank {
        code,
        chinese,
        english,
        description: "Approves on the spot.",
        works: SignedDuration::ZERO,
        refuses: None,
        notifies: 1,
        takes_after_all: false,
    }
}

const INSUFFICIENT: Reason = Reason::new("51", "insufficient funds");

/// Every bank of the gateway's list.
pub(in crate::sandbox) const BANKS: &[Bank] = &[
    bank("ICBC", "中国工商银行", "Industrial and Commercial Bank of China"),
    Bank {
        description: "Approves after two hours.",
        works: SignedDuration::from_hours(2),
        ..bank("ABC", "中国农业银行", "Agricultural Bank of China")
    },
    Bank {
        description: "Approves after two hours and tells of it three times.",
        works: SignedDuration::from_hours(2),
        notifies: 3,
        ..bank("BOC", "中国银行", "Bank of China")
    },
    Bank {
        description: "Refuses on the spot: insufficient funds.",
        refuses: Some(INSUFFICIENT),
        ..bank("CCB", "中国建设银行", "China Construction Bank")
    },
    Bank {
        description: "Refuses after two hours: insufficient funds.",
        works: SignedDuration::from_hours(2),
        refuses: Some(INSUFFICIENT),
        ..bank("BOCOM", "交通银行", "Bank of Communications")
    },
    Bank {
        description: "Approves after 23 hours.",
        works: SignedDuration::from_hours(23),
        ..bank("CMB", "招商银行", "China Merchants Bank")
    },
    Bank {
        description: "Works on it for 48 hours: longer than a customer has.",
        works: SignedDuration::from_hours(48),
        ..bank("CITIC", "中信银行", "China CITIC Bank")
    },
    bank("CMBC", "中国民生银行", "China Minsheng Bank"),
    Bank {
        description: "Approves on the spot, refuses to make it final, and takes the money all the same ten minutes later.",
        takes_after_all: true,
        ..bank("CIB", "兴业银行", "Industrial Bank")
    },
    Bank {
        description: "Approves after two hours, and tells of it only who asks.",
        works: SignedDuration::from_hours(2),
        notifies: 0,
        ..bank("SPDB", "浦发银行", "Shanghai Pudong Development Bank")
    },
    bank("PSBC", "中国邮政储蓄银行", "Postal Savings Bank of China"),
];

/// The bank of a code.
pub(in crate::sandbox) fn find(code: &str) -> Option<&'static Bank> {
    BANKS.iter().find(|bank| bank.code == code)
}
