using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>
/// The first bytes of a control channel. The control process writes them once, and finds it out when they change; the actor says here what it is.
/// </summary>
internal unsafe struct ChannelHeader
{
    /// <summary>Written last by the control process: until then nothing behind it is valid.</summary>
    public ulong Magic;

    /// <summary>What the control process takes the layout to be, and what the actor that wrote last takes it to be; 0 before the first.</summary>
    public ulong Layout, ActorLayout;

    /// <summary>SHA-256 of the configuration that the control process enforces.</summary>
    public fixed byte Configuration[32];

    /// <summary>Process number.</summary>
    public int ControlProcess;

    /// <summary>Numbers in the state of the simulated world; 0 where the world is real.</summary>
    public int WorldValues;
}

/// <summary>All that an actor asks for beside targets: how often so far, so that nothing is lost between two looks.</summary>
internal unsafe struct ChannelRequests
{
    /// <summary>Room for the stops asked for, by their cause.</summary>
    public const int Causes = 64;

    /// <summary>Another number for each actor; 0 for none yet.</summary>
    public long Actor;

    /// <summary>Its process; 0 once it has detached.</summary>
    public int Process;

    /// <summary>Stops asked for, counted modulo 256 by <see cref="FaultCode"/>: of several between two looks none hides another.</summary>
    public fixed byte Stops[Causes];

    public int Resets, AutomaticResets, Rebases, LimitChanges;

    /// <summary>Scenes asked for, the newest one's seed, and other than 0 once the actor that started the control process wants it to end.</summary>
    public int Scenes, EndAsked;
    public ulong SceneSeed;
}

/// <summary>What the control process answers: how many of the scenes asked for were dealt with, and how many of those refused.</summary>
internal struct ChannelAnswers
{
    public int Scenes, ScenesRefused;
}

/// <summary>Where everything lies in a channel's memory, and a number that two builds share only if they agree on it.</summary>
internal readonly record struct ChannelLayout(int WorldValues)
{
    public const ulong Magic = 0x4C52_746F_626F_5201; // "\x01RobotRL"
    private const int CacheLine = 64;

    public static ulong Hash { get; } = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(Text())));

    public int Targets => Aligned(Unsafe.SizeOf<ChannelHeader>());
    public int Heartbeats => Aligned(Targets + LatestCell<CartesianTarget>.Bytes);
    public int Link => Aligned(Heartbeats + LatestCell<Heartbeat>.Bytes);
    public int Requests => Aligned(Link + LatestCell<long>.Bytes);
    public int Answers => Aligned(Requests + LatestCell<ChannelRequests>.Bytes);
    public int Latest => Aligned(Answers + LatestCell<ChannelAnswers>.Bytes);
    public int World => Aligned(Latest + LatestCell<ControlRecord>.Bytes);
    public int Bytes => Aligned(World + WorldCell.Bytes(WorldValues));

    private static int Aligned(int offset) => (offset + CacheLine - 1) & -CacheLine;

    private static string Text()
    {
        // Each cell: the number of its newest value, a sum over both, the value.
        var text = new StringBuilder("version sum value ");
        Type[] types =
        [
            typeof(ChannelHeader), typeof(CartesianTarget), typeof(Heartbeat), typeof(ChannelRequests), typeof(ChannelAnswers), typeof(ControlRecord),
        ];
        foreach (var type in types) Describe(type, text);
        return text.ToString();
    }

    /// <summary>Names, kinds and sizes of all fields in their order, and every name and number of an enumeration.</summary>
    private static void Describe(Type type, StringBuilder text)
    {
        text.Append(type.Name).Append(':').Append(RuntimeHelpers.SizeOf(type.TypeHandle));
        if (type.IsPrimitive) return;
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                text.Append(field.Name).Append('=').Append(field.GetRawConstantValue()).Append(' ');
            return;
        }
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(f => f.MetadataToken))
        {
            text.Append('(').Append(field.Name).Append(' ');
            Describe(field.FieldType, text);
            text.Append(')');
        }
    }
}
