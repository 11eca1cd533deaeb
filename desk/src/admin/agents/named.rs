//! Sites and queues by their names.

use crate::{Desk, people::AgentError, sites::Site};
use protocol::{QueueId, SiteId, SiteKey};
use std::sync::Arc;

/// The sites with these keys.
pub(super) fn sites(desk: &Desk, keys: &[String]) -> Result<Vec<SiteId>, AgentError> {
    let mut found = Vec::new();
    for key in keys {
        match desk.find_site(&SiteKey(key.clone())) {
            Some(site) => found.push(site.id),
            None => {
                let known = desk.sites().iter().map(|site| site.key.clone()).collect();
                return Err(AgentError::NoSite { key: key.clone(), known });
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Every queue called so in these sites; none: in any site.
pub(super) fn queues(
    desk: &Desk,
    sites: Option<&[SiteId]>,
    names: &[String],
) -> Result<Vec<QueueId>, AgentError> {
    let is_served = |site: &Arc<Site>| sites.is_none_or(|sites| sites.contains(&site.id));
    let sites: Vec<Arc<Site>> = desk.sites().into_iter().filter(is_served).collect();
    let queues = || sites.iter().flat_map(|site| &site.queues);
    let mut found = Vec::new();
    for name in names {
        let before = found.len();
        found.extend(queues().filter(|queue| queue.name.as_str() == name).map(|queue| queue.id));
        if found.len() == before {
            let mut known = Vec::new();
            for queue in queues() {
                if !known.contains(&queue.name) {
                    known.push(queue.name.clone());
                }
            }
            return Err(AgentError::NoQueue { name: name.clone(), known });
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
