using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control;

/// <summary>The first bytes of a control channel.</summary>
internal unsafe struct ChannelHeader
{
    /// <summary>Written last by the control process: until then nothing behind it is valid.</summary>
    public ulong Magic;

    /// <summary>What the control process takes the layout to be, and what the actor that wrote last takes it to be.</summary>
    public ulong Layout, ActorLayout;

    /// <summary>SHA-256 of the configuration that the control process enforces.</summary>
    public fixed byte Configuration[32];

    /// <summary>Process numbers; 0 for none.</summary>
    public int ControlProcess, ActorProcess;

    /// <summary>How many actors have attached.</summary>
    public long ActorGeneration;

    /// <summary>Rises every few milliseconds while the actor's process lives and runs.</summary>
    public long LinkBeats;

    /// <summary>Scenes: how many were asked for, with which seed, and how many of those were set up or refused.</summary>
    public ulong SceneSeed;
    public long ScenesAsked, ScenesAnswered, ScenesRefused;

    /// <summary>Other than 0 once the actor that started the control process wants it to end.</summary>
    public int EndAsked;

    /// <summary>Numbers in the state of the simulated world; 0 where the world is real.</summary>
    public int WorldValues;

    public ControlRequests Requests;
}

/// <summary>Where everything lies in a channel's memory, and a number that two builds share only if they agree on it.</summary>
internal readonly record struct ChannelLayout(int WorldValues)
{
    public const ulong Magic = 0x4C52_746F_626F_5201; // "\x01RobotRL"
    private const int CacheLine = 64;

    public static ulong Hash { get; } = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(Text())));

    public int Targets => Aligned(Unsafe.SizeOf<ChannelHeader>());
    public int Heartbeats => Aligned(Targets + LatestCell<CartesianTarget>.Bytes);
    public int Latest => Aligned(Heartbeats + LatestCell<Heartbeat>.Bytes);
    public int World => Aligned(Latest + LatestCell<ControlRecord>.Bytes);
    public int Bytes => Aligned(World + WorldCell.Bytes(WorldValues));

    private static int Aligned(int offset) => (offset + CacheLine - 1) & -CacheLine;

    private static string Text()
    {
        var text = new StringBuilder();
        foreach (var type in new[] { typeof(ChannelHeader), typeof(CartesianTarget), typeof(Heartbeat), typeof(ControlRecord) }) Describe(type, text);
        return text.ToString();
    }

    /// <summary>Names, kinds and sizes of all fields in their order, and every name and number of an enumeration.</summary>
    private static void Describe(Type type, StringBuilder text)
    {
        text.Append(type.Name).Append(':').Append(RuntimeHelpers.SizeOf(type.TypeHandle));
        if (type.IsPrimitive) return;
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static)) text.Append(field.Name).Append('=').Append(field.GetRawConstantValue()).Append(' ');
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
