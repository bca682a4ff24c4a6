using RobotRL.Ros2.Rcl;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>The message that a thread has taken last, as CDR. Made and disposed of on the thread that receives.</summary>
internal sealed unsafe class Taken : IDisposable
{
    [ThreadStatic] private static Taken? _here;

    private readonly RclNative.Bytes* _bytes = Rcl.Rcl.New<RclNative.Bytes>();

    public Taken()
    {
        var allocator = Rcl.Rcl.Allocator;
        Rcl.Rcl.Check(RclNative.rcutils_uint8_array_init(_bytes, 4096, &allocator), "set memory aside");
        _here = this;
    }

    public static Taken OfThisThread => _here!;

    public ReadOnlySpan<byte> Cdr => new(_bytes->Buffer, (int)_bytes->Length);

    /// <summary>Whether the payload was what its type says.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Before a message is taken: what this thread is told of failures is to be about that alone.</summary>
    public static void Expect() => RclNative.rcutils_reset_error();

    /// <summary>Cyclone's layer hands over what it could read of a broken payload, and says so nowhere but here.</summary>
    public void Put(TypeSupport type, nint message)
    {
        IsWhole = !RclNative.rcutils_error_is_set();
        if (IsWhole) type.Write(message, _bytes);
        else RclNative.rcutils_reset_error();
    }

    public void Dispose()
    {
        _here = null;
        RclNative.rcutils_uint8_array_fini(_bytes);
        Rcl.Rcl.Free(_bytes);
    }
}
