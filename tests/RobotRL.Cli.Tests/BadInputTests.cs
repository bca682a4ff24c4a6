using System.Text;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>What cannot be used is refused with one line that says what and how to mend it, exit code 2, and nothing written.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BadInputTests()
    {
        File.WriteAllText(_folder["file"], "not a configuration: [");
        File.WriteAllText(_folder["tab"], "task:\n  kind: reach\n\tmax_steps: 4\n");
        Directory.CreateDirectory(_folder["full"]);
        File.WriteAllText(_folder["full/notes.txt"], "kept");
        Directory.CreateDirectory(_folder["damaged"]);
        File.WriteAllText(_folder["damaged/run.json"], "{");
        File.WriteAllText(_folder["nothing.xml"], "<mujoco/>");
        File.WriteAllText(_folder["broken.xml"], "<mujoco>");
        File.WriteAllBytes(_folder["wrong.safetensors"], WrongWeights());
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Words after <c>robotrl</c> (<c>@</c> the temporary folder, <c>TRAIN</c> a whole command line for reach) and what the line says.</summary>
    public static TheoryData<string, string> Cases => new()
    {
        // the command line
        { "trian", "'trian' is no command, argument or option here; did you mean train? See robotrl --help" },
        { "episodes lst", "did you mean list? See robotrl episodes --help" },
        { "train robot-configs/sim/reach.yaml", "'--run' is required" },
        { "train --run @/run", "'config' missing" },
        { "TRAIN more", "'more' is no command, argument or option here; see robotrl train --help" },
        { "TRAIN --stepps 5", "'--stepps' is no" },
        { "TRAIN --env-step 5", "did you mean --env-steps?" },
        { "TRAIN --env-steps -1", "--env-steps -1: write a number of steps" },
        { "TRAIN --env-steps many", "'many' for option '--env-steps': write a whole number" },
        { "TRAIN --until-success 0", "--until-success 0: write a share above 0 and up to 1, such as 0.9" },
        { "TRAIN --until-success 90", "--until-success 90: write a share above 0 and up to 1, such as 0.9" },
        { "demo --minutes 0", "--minutes 0: write a number above 0" },
        { "demo --episodes 0", "--episodes 0: write a number from 1" },
        { "safety pretrain navigation-1 --out @/critic --false-interventions 5", "--false-interventions 5: write a share" },
        { "TRAIN --human-steps -1", "--human-steps -1: write" },
        { "train robot-configs/sim/reach.yaml --run @/run --wall-seconds -3", "--wall-seconds -3: write" },
        { "TRAIN --seed -1", "'-1' for option '--seed'" },
        { "TRAIN --operator nobody", "'nobody' for option '--operator'" },
        { "TRAIN --operator live", "add --pace realtime" },
        { "TRAIN --operator live --pace realtime", "the log must say who drives; add --operator-id NAME" },
        { "TRAIN --operator live --pace realtime --operator-id scripted", "that is no person" },
        { "TRAIN --operator live --pace realtime --operator-id alice", "standard input is redirected" },
        { "TRAIN --operator-id a/b", "--operator-id a/b: write 1 to 64 letters" },
        { "record robot-configs/sim/reach.yaml --run @/run --operator live", "add --operator-id NAME" },
        { "TRAIN --pace slow", "'slow' for option '--pace'" },
        { "record robot-configs/sim/reach.yaml --run @/run --operator none", "somebody must demonstrate" },
        { "record robot-configs/sim/reach.yaml --run @/run --episodes 0", "--episodes 0: write" },
        { "eval @/full", "no run here (run.json is missing)" },
        { "eval @/run", "no run here" },
        { "eval @/run --episodes 0", "--episodes 0: write" },
        { "bench", "bench needs one of update, memory" },
        { "bench speed", "'speed' is no command" },

        // files and folders
        { "train @/none.yaml --run @/run", "none.yaml:1: cannot be read" },
        { "train @ --run @/run", "a folder, and only plain files are read" },
        { "train @/file --run @/run", "not YAML" },
        { "train robot-configs/sim/reach.yaml --run @/file", "file: a file; name an empty or a new folder" },
        { "train robot-configs/sim/reach.yaml --run @/full", "not a run and not empty" },
        { "train robot-configs/sim/reach.yaml --run @/damaged", "not a run description" },
        { "TRAIN --set task.scene=@/none.xml", "none.xml'" },
        { "TRAIN --set task.scene=@/broken.xml", "broken.xml" },
        { "TRAIN --set task.scene=@/nothing.xml", "nothing.xml" },
        { "PEG --set learner.encoder=resnet10", "needs its weights" },
        { "PEG --set learner.encoder=resnet10 --set learner.encoder_weights=@/none", "none'" },
        { "PEG --set learner.encoder=resnet10 --set learner.encoder_weights=@/file", "not a whole safetensors file" },
        { "PEG --set learner.encoder=resnet10 --set learner.encoder_weights=@/wrong.safetensors",
            "tensor stem.weight has shape [64, 3, 3, 3], the configuration asks for [64, 3, 7, 7]" },

        // values
        { "TRAIN --set learner", "not of the form key=value" },
        { "TRAIN --set learner.bach_size=3", "did you mean 'batch_size'?" },
        { "TRAIN --set learner.batch_size=many", "expected a whole number" },
        { "TRAIN --set learner.batch_size='128'", "'128' is a text, since it is in quotes; write 128 without them" },
        { "TRAIN --set learner.batch_size=99999999999999999999", "99999999999999999999 is out of range" },
        { "TRAIN --set learner.discount='0.9'", "'0.9' is a text, since it is in quotes; write 0.9 without them" },
        { "TRAIN --set recording.ticks='false'", "'false' is a text, since it is in quotes; write false without them" },
        { "TRAIN --set recording.ticks=fals", "'fals' is not one of true, false; did you mean 'false'?" },
        { "TRAIN --set task.actions.axes=[x,q]", "'q' is not one of x, y, z, roll, pitch, yaw; choose one of them" },
        { "train @/tab --run @/run", "tab:3: a tab before the text; indent with spaces" },
        { "TRAIN --set learner.batch_size=1", "1 is out of range" },
        { "TRAIN --set learner.discount=1.5", "1.5 is out of range" },
        { "TRAIN --set learner.method=ppo", "'ppo' is not one of rlpd" },
        { "TRAIN --set learner.encoder=convolutional", "the task has no cameras" },
        { "TRAIN --set learner.ensemble_subset=3", "cannot be drawn from ensemble_size" },
        { "TRAIN --set learner.start_after=60000", "learning would never start" },
        { "TRAIN --set learner.hidden_sizes=[]", "learner.hidden_sizes" },
        { "TRAIN --set operator.demonstrations=0", "record at least one" },
        { "TRAIN --set task.kind=fly", "'fly' is not one of" },
        { "TRAIN --set task.max_steps=0", "0 is out of range" },
        { "TRAIN --set task.decision_period_ms=100.5", "not a whole multiple" },
        { "TRAIN --set task.actions.translation_scale_m=0.2", "above robot.limits.translation.velocity_m_s" },
        { "TRAIN --set task.end_effector_in_flange.position_m=[0,0,0.105]", "make them agree" },
        { "TRAIN --set robot.driver=gazebo", "'gazebo' is not one of" },
        { "TRAIN --set robot.driver=loopback", "'driver: loopback' has no scene" },
        { "TRAIN --set robot.driver=loopback --pace realtime", "'driver: loopback' has no scene" },
        { "record robot-configs/sim/reach.yaml --run @/run --set robot.driver=loopback", "'driver: loopback' has no scene" },
        { "TRAIN --set robot.limits.workspace.min_m=[0.7,-0.15,0.05]", "not below max_m" },
        { "TRAIN --set robot.limits.contact_force_n=500", "contact_force_n" },
        { "TRAIN --set robot.impedance.translation_clip_m=0.2", "lets the spring push" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Bad_input_is_refused_with_one_line(string words, string says)
    {
        var before = Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories);
        words = words.Replace("TRAIN", $"train {Training.Reach} --run @/run --wall-seconds 1", StringComparison.Ordinal)
            .Replace("PEG", $"train {Training.PegInsert} --run @/run --wall-seconds 1", StringComparison.Ordinal);
        var result = RobotrlProcess.Run(
            [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Replace("@", _folder.Path, StringComparison.Ordinal))]);

        var line = Assert.Single(result.ErrorLines);
        Assert.Contains(says, line, StringComparison.Ordinal);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal([""], result.Output);
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public void Run_of_another_kind_is_not_resumed()
    {
        var run = new RunOnDisk(_folder["run"]);
        Assert.Equal(0, RobotrlProcess.Run("record", Training.Reach, "--run", run.Path, "--episodes", "1", "--seed", "3").ExitCode);
        Refused("started with another configuration", "train", Training.Reach, "--run", run.Path, "--seed", "3", "--set", "learner.discount=0.9");
        Refused("started with another configuration", "train", Training.PegInsert, "--run", run.Path, "--seed", "3");
        Refused("started with --seed 3", "train", Training.Reach, "--run", run.Path);
        Refused("no checkpoint yet", "eval", run.Path);

        var damaged = run.At("checkpoints", "step-9");
        Directory.CreateDirectory(damaged);
        Refused("not a readable checkpoint", "eval", run.Path);
        File.WriteAllText(Path.Combine(damaged, "state.json"), "{}");
        Refused("step-9", "train", Training.Reach, "--run", run.Path, "--seed", "3");

        void Refused(string says, params string[] words)
        {
            var before = Directory.GetFileSystemEntries(run.At("episodes"));
            var result = RobotrlProcess.Run(words);
            Assert.Contains(says, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
            Assert.Equal(2, result.ExitCode);
            Assert.Equal(before, Directory.GetFileSystemEntries(run.At("episodes")));
        }
    }

    [Fact]
    public void Every_error_gets_its_line()
    {
        var result = RobotrlProcess.Run("train", Training.Reach, "--run", _folder["run"],
            "--set", "learner.discount=2", "--set", "task.max_steps=0", "--set", "zebra=1");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(3, result.ErrorLines.Length);
    }

    /// <summary>A whole weight file whose first convolution is 3×3 instead of 7×7.</summary>
    private static byte[] WrongWeights()
    {
        const int bytes = 64 * 3 * 3 * 3 * sizeof(float);
        var header = Encoding.UTF8.GetBytes($$$"""{"stem.weight":{"dtype":"F32","shape":[64,3,3,3],"data_offsets":[0,{{{bytes}}}]}}""");
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[bytes]];
    }
}
