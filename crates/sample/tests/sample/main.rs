//! The sample API as attackers and honest clients see it: over raw sockets.
//!
//! Each flaw of `FLAWS.md` has the test of its name: the exploit works on the careless operation,
//! and the safe twin withstands it.

#[cfg(test)]
mod addresses;
#[cfg(test)]
mod apps;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod branches;
#[cfg(test)]
mod client;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod counter;
#[cfg(test)]
mod cross_site;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod exposure;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod injection;
#[cfg(test)]
mod input;
#[cfg(test)]
mod instance;
#[cfg(test)]
mod inventory;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod later;
#[cfg(test)]
mod logins;
#[cfg(test)]
mod mass_assignment;
#[cfg(test)]
mod media;
#[cfg(test)]
mod object_journeys;
#[cfg(test)]
mod object_lists;
#[cfg(test)]
mod object_reads;
#[cfg(test)]
mod object_writes;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod races;
#[cfg(test)]
mod relayed;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod role_properties;
mod sale;
#[cfg(test)]
mod token_claims;
#[cfg(test)]
mod token_places;
#[cfg(test)]
mod token_proofs;
#[cfg(test)]
mod token_signatures;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod trial;
