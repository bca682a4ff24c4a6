using System.Diagnostics;
using System.Globalization;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

/// <summary>
/// A disk that fills up, or turns read-only, under a run that is going on: the robot stops, one line says which file and what to do, exit code 3, and once
/// there is room again the same command goes on with all that was recorded. The disk is a small one in memory, in a mount namespace of its own.
/// </summary>
public sealed class DiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>How the disk fails, which folder of the run is on it, and what runs.</summary>
    public static TheoryData<string, string, string> Cases => new()
    {
        { "full", ".", "train" },
        { "full", "audit", "train" },
        { "full", "events", "train" },
        { "full", "episodes", "record" },
        { "read-only", ".", "train" },
        { "read-only", "audit", "record" },
        { "read-only", "episodes", "train" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Disk_that_refuses_stops_the_robot_and_the_run_goes_on_once_it_does_not(string failure, string folder, string command)
    {
        var (run, told) = (_folder["run"], Directory.CreateDirectory(_folder["told"]).FullName);
        RequireNamespaces();
        string[] small = command == "train" ? Training.Small(run, 100_000) : ["record", Training.Reach, "--run", run, "--episodes", "100000", "--json"];
        string[] again = command == "train" ? Training.Small(run, 1) : ["record", Training.Reach, "--run", run, "--episodes", "1", "--json"];
        File.WriteAllText(Path.Combine(told, "begin"), Words(small));
        File.WriteAllText(Path.Combine(told, "again"), Words(again));
        File.WriteAllText(Path.Combine(told, "script"), Script);
        Inside("bash", Path.Combine(told, "script"), told, run, folder, failure, Path.Combine(run, folder == "." ? "" : folder));

        var error = Told("begin.err").TrimEnd().Split('\n');
        Assert.True(Told("begin.code") == "3", Told("begin.err"));
        Assert.Contains(run, error[^1], StringComparison.Ordinal);
        Assert.StartsWith("The robot was stopped: ", error[^1], StringComparison.Ordinal);
        var remedy = failure == "full"
            ? "free space on its disk"
            : "make its disk writable again (one that turned read-only by itself is failing)";
        Assert.EndsWith($"{remedy} and run the same command: it resumes", error[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(error, line => line.Contains("   at ", StringComparison.Ordinal) || line.Contains("Unhandled", StringComparison.Ordinal));

        Assert.True(Told("list.code") == "0", Told("list.err"));
        Assert.True(Told("verify.code") == "0", Told("verify.err"));
        Assert.True(Told("again.code") == "0", Told("again.err"));
        Assert.True(Told("reverify.code") == "0", Told("reverify.err"));
        // Nothing that was listed while the disk was out is missing afterwards.
        Assert.True(int.Parse(Told("after"), CultureInfo.InvariantCulture) >= int.Parse(Told("before"), CultureInfo.InvariantCulture));
        Assert.True(int.Parse(Told("before"), CultureInfo.InvariantCulture) >= 5);

        string Told(string name) => File.ReadAllText(Path.Combine(told, name)).TrimEnd();
    }

    /// <summary>Arguments: where to tell, the run, the folder on the disk, how it fails, where that is mounted.</summary>
    private const string Script = """
        told=$1 run=$2 folder=$3 failure=$4 disk=$5
        robotrl() { timeout 240 "$@" >"$told/$what.out" 2>"$told/$what.err"; echo $? >"$told/$what.code"; }
        # A folder within a run needs the run first.
        [ "$folder" = . ] || { what=before; eval "robotrl $(cat "$told/again")"; cp -a "$disk" "$told/kept"; }
        mkdir -p "$disk"
        mount -t tmpfs -o size=48m robotrl-test "$disk" || exit 9
        [ ! -d "$told/kept" ] || cp -a "$told/kept/." "$disk"
        had=$(ls "$run/episodes" 2>/dev/null | wc -l)
        count() { ls "$run/episodes" 2>/dev/null | grep -c 'mcap$'; }
        what=begin; eval "robotrl $(cat "$told/begin")" &
        for i in $(seq 1800); do [ "$(count)" -ge $((had + 5)) ] && break; sleep 0.1; done
        if [ "$failure" = full ]; then
          dd if=/dev/zero of="$disk/filler" bs=4096 2>/dev/null
        else
          mount --bind "$disk" "$disk" || exit 9
          # It is busy while the run has just opened a file through it.
          for i in $(seq 100); do mount -o remount,bind,ro "$disk" 2>"$told/mount.err" && break; sleep 0.02; done
          grep -q " $disk .*[ ,]ro[ ,]" /proc/mounts || { cat "$told/mount.err" >&2; exit 9; }
        fi
        wait
        count >"$told/before"
        what=list; robotrl dotnet "$PROGRAM" episodes list "$run"
        what=verify; robotrl dotnet "$PROGRAM" audit verify "$run"
        if [ "$failure" = full ]; then rm "$disk/filler"; else umount "$disk"; fi
        what=again; eval "robotrl $(cat "$told/again")"
        count >"$told/after"
        what=reverify; robotrl dotnet "$PROGRAM" audit verify "$run"
        """;

    private static string Words(string[] words) => string.Join(' ', ((string[])["dotnet", RobotrlProcess.Program, .. words]).Select(w => $"'{w}'"));

    private static void RequireNamespaces()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Mounts a small disk, which only Linux lets a test do.");
        var (code, error) = Execute("true");
        Assert.SkipUnless(code == 0, $"No mount namespace to be had here, so no disk can fill up: unshare says {error.Trim()}");
    }

    private static void Inside(params string[] command)
    {
        var (code, error) = Execute(command);
        Assert.True(code == 0, $"The script ended with {code}: {error}");
    }

    /// <summary>In a mount namespace of its own, which takes its mounts with it; a user that is not root becomes one inside.</summary>
    private static (int Code, string Error) Execute(params string[] command)
    {
        var start = new ProcessStartInfo("unshare", [Environment.IsPrivilegedProcess ? "-m" : "-rm", .. command])
        {
            WorkingDirectory = RobotrlProcess.Root,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["PROGRAM"] = RobotrlProcess.Program;
        RobotrlProcess.Surround(start);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (process.WaitForExit(RobotrlProcess.Patience)) return (process.ExitCode, error.Result + output.Result);
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} gave no answer within {RobotrlProcess.Patience}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }
}
