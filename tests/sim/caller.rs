//! How clients call: again and again until there is an answer, sometimes twice at once, sometimes with a
//! hang-up in between; and some never come back. What is lost between a client and the service is lost here.

use std::{sync::Arc, time::Duration};

use super::{
    ask::{Answer, Ask, Told},
    chance::Chance,
    shopper::Mall,
    world::World,
};

/// How long somebody waits for an answer who is not in a hurry.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often somebody asks at most, and how long the pauses get: together longer than any outage.
const TRIES_MAX: usize = 300;
const PAUSE_MOST: Duration = Duration::from_secs(300);

/// One client's telephone.
pub struct Caller {
    world: Arc<World>,
    mall: Arc<Mall>,
    chance: Arc<Chance>,
}

impl Caller {
    pub fn new(world: &Arc<World>, mall: &Arc<Mall>, chance: &Arc<Chance>) -> Self {
        Self { world: Arc::clone(world), mall: Arc::clone(mall), chance: Arc::clone(chance) }
    }

    /// Asks until there is an answer, or until it is given up.
    pub async fn until_answered(&self, ask: &Ask) -> Option<Told> {
        let (world, faults) = (&self.world, &self.world.weather.clients);
        let strikes = |share| world.weather.strikes(&self.chance, share);
        self.mall.book.asks(ask);
        let mut pause = Duration::from_millis(500);
        let mut tries = 0;
        while tries < TRIES_MAX {
            let patience = if strikes(faults.impatient) {
                world.trace.count("client: hangs up early");
                self.chance.any_span(Duration::from_millis(1), Duration::from_secs(1))
            } else {
                PATIENCE
            };
            let answer = if strikes(faults.twice) {
                world.trace.count("client: calls twice at once");
                let (one, two) = tokio::join!(self.call(ask, patience), self.call(ask, patience));
                if matches!(one, Answer::Told(_)) { one } else { two }
            } else {
                self.call(ask, patience).await
            };
            match answer {
                Answer::Told(told) => return Some(*told),
                Answer::Refused(_) | Answer::Undocumented(_) => return None,
                Answer::Later(_) => tries += 1,
                // As long as it rages there may be nobody for hours.
                Answer::Lost => tries += usize::from(world.weather.is_healed()),
            }
            if strikes(faults.vanish) {
                world.trace.count("client: vanishes");
                return None;
            }
            world.agenda.sleep(self.chance.any_span(Duration::from_millis(20), pause)).await;
            pause = (pause * 3 / 2).min(PAUSE_MOST);
        }
        world.witness.fault(format!("{} was not answered in {TRIES_MAX} tries", ask.method()));
        None
    }

    /// Calls once; what is lost on the way is lost here.
    async fn call(&self, ask: &Ask, patience: Duration) -> Answer {
        let (world, faults) = (&self.world, &self.world.weather.clients);
        let _busy = world.agenda.busy();
        let told_before = self.mall.book.was_told(ask);
        let method = ask.method();
        if world.weather.strikes(&self.chance, faults.lost) {
            world.trace.count("fault: call lost");
            return Answer::Lost;
        }
        let answer_lost = world.weather.strikes(&self.chance, faults.answer_lost);
        tokio::time::sleep(self.chance.span(Duration::ZERO, Duration::from_millis(4))).await;
        let sent = ask.send(world.cluster.door(method), patience);
        let answer = tokio::time::timeout(patience, sent).await.unwrap_or(Answer::Lost);
        if answer_lost {
            world.trace.count("fault: answer to a call lost");
            return Answer::Lost;
        }
        let outcome = match &answer {
            Answer::Told(told) => format!("told {}", told.name()),
            Answer::Refused(reason) => format!("refused {reason}"),
            Answer::Later(reason) => format!("later {reason}"),
            Answer::Lost => "lost".to_owned(),
            Answer::Undocumented(what) => what.clone(),
        };
        world.trace.note(format_args!("{method} {}: {outcome}", ask.request_id()));
        world.trace.count(&match &answer {
            Answer::Told(_) => format!("answer: {method} told"),
            Answer::Refused(_) | Answer::Later(_) | Answer::Lost | Answer::Undocumented(_) => {
                format!("answer: {method} {outcome}")
            }
        });
        self.mall.book.answered(ask, &answer, told_before);
        answer
    }

    /// Asks for something else with the request id of what was answered.
    pub async fn misuse(&self, ask: &Ask, changed: &Ask) {
        self.world.trace.count("client: misuses a request id");
        let _busy = self.world.agenda.busy();
        let sent = changed.send(self.world.cluster.door(ask.method()), PATIENCE);
        let answer = tokio::time::timeout(PATIENCE, sent).await.unwrap_or(Answer::Lost);
        self.mall.book.misused(ask, &answer);
    }
}
