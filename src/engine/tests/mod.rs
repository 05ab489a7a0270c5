//! The engine over the memory store: batches, repeats, races, lost answers, and what a restart finds.

mod batch;
mod lost;
mod pressure;
mod race;
mod repeat;
mod replay;
mod rows;
mod stage;
mod waiting;
