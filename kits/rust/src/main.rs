//! Stands between the conformance suite and what it judges: fill in this file, protocol.rs does the
//! rest. `refused("why")` is what your implementation does not do, after nothing has changed; what still
//! says `unsupported` does so until you write it: then add its capability to `describe`.

mod protocol;

use entra_conformance::directory::*;
use entra_conformance::implementation::Description;
use protocol::{Adapter, Done, Results, serve, unsupported};

#[derive(Default)] // that of your implementation takes the place of these objects
struct MyAdapter {
    cloud: Vec<CloudObject>,
}

impl Adapter for MyAdapter {
    /// What it can be asked to do; cases that take more are not applicable.
    fn describe(&self) -> Description {
        Description::new("my-sync", "0.1.0", ["2023-01"])
            .with_capabilities([Capability::Users, Capability::AuthorityFlag])
    }

    /// Forget everything; `features` are the switches to start with.
    fn reset(&mut self, _features: &Features) {
        self.cloud.clear();
    }

    /// Every cloud object there is; one in the recycle bin is `deleted`.
    fn cloud_objects(&self) -> Vec<CloudObject> {
        self.cloud.clone()
    }

    /// An administrator creates it: give it an id for life, and return that.
    fn create_cloud_object(&mut self, setup: &CloudSetup) -> Done<Text> {
        let id: Text = (self.cloud.len() + 1).to_string().into();
        self.cloud.push(setup.to_object(id.clone()));
        Ok(id)
    }

    /// Connect runs one full cycle. With `ObjectResults`: by key `SyncResult::plain(…)`.
    fn sync(&mut self, _on_premises: &[OnPremisesObject]) -> Done<Results> {
        Ok(Results::new())
    }

    /// What else an administrator does, to the cloud object with this id where he names one.
    fn carry_out(&mut self, _id: Option<&str>, command: &Command) -> Done {
        match command {
            // He edits it (`edit.set.apply_to(&mut object)`), or writes `write.value` as its anchor.
            Command::UpdateCloudObject(_edit) => unsupported(Capability::CloudEdits),
            Command::SetImmutableId(_write) => unsupported(Capability::ImmutableIdWrite),
            Command::AssignRole(_) | Command::RemoveRole(_) => unsupported(Capability::Roles),
            // `RecycleBin`, `HardDelete`, the switches, `Reinstall` and what later editions have.
            other => protocol::unknown(other),
        }
    }
}

fn main() -> std::io::Result<()> {
    serve(MyAdapter::default())
}
