using System.Runtime.InteropServices;
using RobotRL.Ros2.Rcl;

namespace RobotRL.Ros2.Rcldotnet;

/// <summary>A message in C, which rcldotnet publishes or takes. One that is kept outlives rcldotnet's letting go of it, until <see cref="Release"/>.</summary>
internal sealed class CMessage : SafeHandle
{
    private readonly TypeSupport _type;
    private bool _isKept;

    public CMessage(TypeSupport type, bool isKept) : base(0, ownsHandle: true)
    {
        (_type, _isKept) = (type, isKept);
        SetHandle(type.Create());
    }

    public override bool IsInvalid => handle == 0;

    public void Release()
    {
        _isKept = false;
        Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _isKept) return;
        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle()
    {
        _type.Destroy(handle);
        return true;
    }
}
