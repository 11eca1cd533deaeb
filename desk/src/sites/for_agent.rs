//! The one way from what is stored to what an agent's console holds: by who reads it, and by the site that it is of.

use crate::{Desk, people::Agent};
use protocol::{
    SiteId,
    agent::{ForAgent, Sensitive, Sight},
    entry::AgentEntry,
    masking::Preview,
};

impl Desk {
    /// How the agent reads what is sensitive at a site.
    pub fn sight(&self, agent: &Agent, site: SiteId) -> Sight {
        self.0.sites.now().sight(agent, site)
    }

    /// Those of their sites of which the agent reads sensitive data masked, in the order of their ids.
    pub(crate) fn masked_sites(&self, agent: &Agent) -> Vec<SiteId> {
        let snapshot = self.0.sites.now();
        let is_masked = |site: &SiteId| snapshot.sight(agent, *site) == Sight::Masked;
        agent.sites.keys().copied().filter(is_masked).collect()
    }

    /// Something of this site as the agent may read it.
    pub(crate) fn show<T: Sensitive>(&self, agent: &Agent, site: SiteId, value: T) -> ForAgent<T> {
        ForAgent::new(value, self.sight(agent, site))
    }

    /// An entry that the hub told of.
    pub fn show_entry(
        &self,
        agent: &Agent,
        site: SiteId,
        entry: &AgentEntry,
    ) -> ForAgent<AgentEntry> {
        self.show(agent, site, entry.clone())
    }

    /// The beginning of a message that the hub told of.
    pub fn show_preview(&self, agent: &Agent, site: SiteId, preview: &Preview) -> ForAgent<String> {
        ForAgent::preview(preview, self.sight(agent, site))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn nothing_else_makes_a_value_for_an_agent() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut found = Vec::new();
        for at in ["desk/src", "server/src", "app/src"] {
            sources(&root.join(at), &mut found);
        }
        found.retain(|path| {
            let text = fs::read_to_string(path).unwrap();
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            ["ForAgent::new(", "ForAgent::preview(", "Sight::Everything }"]
                .iter()
                .any(|made| product.contains(made))
        });
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(root).unwrap()).collect();
        // Which sight is whose is the one rule's; a search asks once for each.
        let expected = [
            "desk/src/console/search.rs",
            "desk/src/people/permission.rs",
            "desk/src/sites/for_agent.rs",
        ];
        let mut names: Vec<String> = names.iter().map(|name| name.display().to_string()).collect();
        names.sort();
        assert_eq!(names, expected);
    }
}
