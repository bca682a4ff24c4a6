using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using RobotRL.Model;

namespace RobotRL.Control.Tests;

/// <summary>Whose a channel is: only this account's own, closed to all others, is used; and one process holds a lock.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class ChannelOwnershipTests : IDisposable
{
    private static readonly string Hash = new('a', 64);
    private readonly string _name = $"test-{Guid.NewGuid():N}";
    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-owner-").FullName;

    public ChannelOwnershipTests() => Assert.SkipWhen(!OperatingSystem.IsLinux(), "Owner and mode are looked at on Linux.");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Channels_lie_in_a_folder_that_this_account_alone_may_enter()
    {
        using var control = Open();
        var folder = Path.GetDirectoryName(control.Path)!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.Equal(FileIdentity.User, FileIdentity.Of(folder)!.Value.Owner);
    }

    [Theory, InlineData(UnixFileMode.GroupRead), InlineData(UnixFileMode.OtherRead), InlineData(UnixFileMode.OtherWrite)]
    public void Memory_that_others_may_read_or_write_is_refused(UnixFileMode more)
    {
        using var control = Open();
        File.SetUnixFileMode(control.Path, File.GetUnixFileMode(control.Path) | more);
        Assert.Contains("open to other accounts", Refused().Message, StringComparison.Ordinal);
        Assert.Throws<ChannelRefusedException>(() => new ChannelProbe(_name));
    }

    [Fact]
    public void Link_in_place_of_the_memory_is_refused_wherever_it_leads()
    {
        using var control = Open();
        var elsewhere = control.Path + ".moved";
        File.Move(control.Path, elsewhere);
        try
        {
            File.CreateSymbolicLink(control.Path, elsewhere);
            Assert.Contains("a link", Refused().Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(elsewhere);
        }
    }

    // The same check with the roles turned round: what is ours is another account's to whoever is somebody else.
    [Fact]
    public void Memory_of_another_account_is_refused()
    {
        using var control = Open();
        var refusal = Assert.Throws<ChannelRefusedException>(() => ChannelFolder.Open(control.Path, FileAccess.Read, FileIdentity.User + 1));
        Assert.Contains($"another account (user {FileIdentity.User})", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(FaultCode.ChannelCorrupt, refusal.Code);
    }

    [Fact]
    public void Memory_that_was_given_to_another_account_is_refused_at_attach()
    {
        Assert.SkipWhen(!Environment.IsPrivilegedProcess, "Only root gives files away.");
        using var control = Open();
        Assert.Equal(0, chown(control.Path, 65534, 65534));
        Assert.Contains("another account", Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_of_another_account_is_refused_and_so_is_one_that_others_may_enter_or_a_link()
    {
        var place = Path.Combine(_folder, "channels");
        ChannelFolder.Make(place, FileIdentity.User);
        ChannelFolder.Make(place, FileIdentity.User);
        RefusedFolder("another account", place, FileIdentity.User + 1);
        var link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, place);
        RefusedFolder("no folder of its own", link, FileIdentity.User);
        File.SetUnixFileMode(place, File.GetUnixFileMode(place) | UnixFileMode.OtherExecute);
        RefusedFolder("chmod 700", place, FileIdentity.User);

        static void RefusedFolder(string why, string path, uint user) =>
            Assert.Contains(why, Assert.Throws<ChannelRefusedException>(() => ChannelFolder.Make(path, user)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_shorter_than_its_layout_is_refused_before_it_is_looked_at()
    {
        using var control = Open();
        control.Header.WorldValues = 1 << 20;
        Assert.Contains("does not hold", Refused().Message, StringComparison.Ordinal);
        control.Header.WorldValues = -1;
        Assert.Contains("does not hold", Refused().Message, StringComparison.Ordinal);
    }

    // first   holds ── deletes ── lets go
    // second           opened before it was deleted ── would hold a file that no path names any more
    // third                                               makes it anew, and holds it too
    [Fact]
    public void Lock_that_is_deleted_under_a_taker_is_not_taken_for_held()
    {
        var path = Path.Combine(_folder, "lock");
        const int rounds = 3000, takers = 3;
        var (holders, most, taken) = (0, 0, 0);
        Parallel.For(0, takers, new ParallelOptions { MaxDegreeOfParallelism = takers }, _ =>
        {
            for (var i = 0; i < rounds; i++)
            {
                using var held = LockFile.TryTake(path);
                if (held is null) continue;
                var now = Interlocked.Increment(ref holders);
                if (now > 1) Volatile.Write(ref most, now);
                Interlocked.Increment(ref taken);
                Thread.Yield();
                Interlocked.Decrement(ref holders);
            }
        });
        Assert.Equal(0, most);
        Assert.True(taken > takers);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Lock_that_names_a_link_is_never_held()
    {
        var (path, target) = (Path.Combine(_folder, "lock"), Path.Combine(_folder, "target"));
        File.WriteAllText(target, "");
        File.CreateSymbolicLink(path, target);
        Assert.Null(LockFile.TryTake(path));
    }

    private ControlChannel Open()
    {
        var channel = ControlChannel.Create(_name, Hash, 0);
        channel.Open();
        return channel;
    }

    private ChannelRefusedException Refused() => Assert.Throws<ChannelRefusedException>(() => ControlChannel.Attach(_name, Hash));

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial int chown(string path, uint owner, uint group);
}
